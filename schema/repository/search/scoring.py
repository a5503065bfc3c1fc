"""BM25 in SQL: over packed postings, over those of changed prompts, and over the prompts that no index holds yet.

The strongest postings choose the candidates; these are then scored by all that they hold, from their documents.
"""

from collections.abc import Sequence

from schema.repository.search.filters import IS_CURRENT
from schema.repository.search.index import MAX_UNINDEXED
from schema.repository.search.terms import TITLE_WEIGHT

TERMS = """
terms AS MATERIALIZED (
    SELECT term, weight, blocks, is_cut
    FROM unnest(
        cast(:terms AS text[]), cast(:weights AS double precision[]), cast(:blocks AS integer[]),
        cast(:are_cut AS boolean[])
    ) AS t (term, weight, blocks, is_cut)
)"""

# OFFSET 0 has each card looked up by its id: a planner that expects many would read all cards.
CARD = "CROSS JOIN LATERAL (SELECT * FROM library.prompt_cards AS c WHERE c.id = {of}.prompt_id OFFSET 0) AS c"

# A text that the viewer may not read is not there: row-level security leaves it out.
UNINDEXED = f"""
newest AS MATERIALIZED (
    SELECT
        n.id, n.title, n.language,
        concat_ws(
            E'\\n', n.description, (SELECT p.prompt_text FROM library.prompts AS p WHERE p.id = n.id), (
                SELECT string_agg(t.name, ' ') FROM library.prompt_tags AS pt
                INNER JOIN library.tags AS t ON t.id = pt.tag_id WHERE pt.prompt_id = n.id
            )
        ) AS body
    FROM (
        SELECT c.id, c.title, c.description, c.language, c.created_at
        FROM library.prompt_cards AS c ORDER BY c.id DESC LIMIT {MAX_UNINDEXED}
    ) AS n
    WHERE n.created_at > :as_of
), unindexed AS MATERIALIZED (
    SELECT
        n.id AS prompt_id, t.term, sum(t.occurrences) AS occurrences,
        sum(sum(t.occurrences)) OVER (PARTITION BY n.id) AS length
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT term, {TITLE_WEIGHT} * occurrences AS occurrences FROM library.search_terms(n.title, n.language)
        UNION ALL
        SELECT term, occurrences FROM library.search_terms(n.body, n.language)
    ) AS t
    GROUP BY n.id, t.term
)"""

STALE = """
stale AS MATERIALIZED (
    SELECT DISTINCT prompt_id FROM analytics.search_state CROSS JOIN LATERAL unnest(stale_prompt_ids) AS prompt_id
)"""

PACKED = """
        SELECT u.prompt_id, u.occurrences, u.length, w.weight, w.is_cut
        FROM terms AS w
        CROSS JOIN LATERAL (
            SELECT b.prompt_ids, b.occurrences, b.lengths
            FROM analytics.search_postings AS b
            WHERE b.term = w.term AND b.generation = :generation AND b.block < w.blocks
        ) AS b
        CROSS JOIN LATERAL unnest(b.prompt_ids, b.occurrences, b.lengths) AS u (prompt_id, occurrences, length)"""
CHANGED = f"""
        SELECT d.prompt_id, d.occurrences, d.length, w.weight, w.is_cut
        FROM analytics.search_recent_postings AS d INNER JOIN terms AS w ON w.term = d.term
        WHERE d.indexed_at > :generation AND {IS_CURRENT}"""
NEWER = """
        SELECT u.prompt_id, u.occurrences, u.length, w.weight, w.is_cut
        FROM unindexed AS u INNER JOIN terms AS w ON w.term = u.term"""

_STRENGTH = """p.weight * p.occurrences / (
            p.occurrences + cast(:of_any_length AS double precision) + cast(:by_length AS double precision) * p.length
        )"""

_OF_WHOLE_TERMS = "coalesce(sum(p.score) FILTER (WHERE NOT p.is_cut), 0)"

# The score of some prompts by all that they hold of some terms.
_BY_DOCUMENT = f"""
    SELECT p.prompt_id, sum({_STRENGTH}) AS score
    FROM (
        SELECT d.prompt_id, d.occurrences[array_position(d.terms, w.term)] AS occurrences, d.length, w.weight
        FROM (SELECT prompt_id FROM {{prompts}}) AS c
        CROSS JOIN LATERAL (
            SELECT d.prompt_id, d.terms, d.occurrences, d.length
            FROM analytics.search_documents AS d
            WHERE d.prompt_id = c.prompt_id AND {IS_CURRENT}
            OFFSET 0
        ) AS d
        CROSS JOIN terms AS w
        WHERE {{condition}}
        OFFSET 0
    ) AS p
    WHERE p.occurrences IS NOT NULL
    GROUP BY p.prompt_id"""


def of_postings(sources: Sequence[str], conditions: str, *, is_partial: bool, is_chosen: bool) -> str:
    """Common table expressions up to `scored` (prompt_id, score), from queries of postings.

    The strongest are looked at until enough are `passing`, whose cards `c` meet the conditions; the best of them are
    candidates.
    `is_partial` says that candidates may hold terms whose postings are left out: their documents tell.
    `is_chosen` leaves only the prompts of `chosen` in.
    """
    scored = "SELECT prompt_id, score FROM candidates"
    if is_partial:
        scored = f"""
    SELECT c.prompt_id, c.score_of_whole_terms + coalesce(o.score, 0) AS score
    FROM candidates AS c
    LEFT JOIN ({_BY_DOCUMENT.format(prompts="candidates", condition="w.is_cut")}) AS o ON o.prompt_id = c.prompt_id"""
    return f"""
hits AS MATERIALIZED ({_hits(sources, _OF_WHOLE_TERMS if is_partial else "NULL", is_chosen=is_chosen)}
), passing AS MATERIALIZED (
    SELECT h.prompt_id, h.score, h.score_of_whole_terms
    FROM (SELECT * FROM hits ORDER BY score DESC, prompt_id LIMIT :looked_at) AS h
    {f"{CARD.format(of='h')} WHERE {conditions}" if conditions else ""}
    ORDER BY h.score DESC, h.prompt_id LIMIT :passing
), candidates AS MATERIALIZED (
    SELECT * FROM passing ORDER BY score DESC, prompt_id LIMIT :candidates
), scored AS MATERIALIZED ({scored}
)"""


def of_chosen(sources: Sequence[str]) -> str:
    """`scored` for the prompts of `chosen`, from their documents; from `sources` for those that have none yet."""
    parts = [_BY_DOCUMENT.format(prompts="chosen", condition="true")]
    parts += [f"SELECT prompt_id, score FROM ({_hits(sources, 'NULL', is_chosen=True)}) AS h"] if sources else []
    return f"scored AS MATERIALIZED ({' UNION ALL '.join(parts)})"


def _hits(sources: Sequence[str], of_whole_terms: str, *, is_chosen: bool) -> str:
    return f"""
    SELECT p.prompt_id, sum(p.score) AS score, {of_whole_terms} AS score_of_whole_terms
    FROM (
        SELECT p.prompt_id, p.is_cut, {_STRENGTH} AS score
        FROM ({" UNION ALL ".join(sources)}) AS p
        {"WHERE p.prompt_id IN (SELECT prompt_id FROM chosen)" if is_chosen else ""}
        OFFSET 0
    ) AS p
    GROUP BY p.prompt_id"""
