"""The one statement of a search: BM25 over the index, and over the newest prompts that it does not hold yet.

Robertson, Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with Lucene's idf, which is never
negative: ln(1 + (N - n + 0.5) / (n + 0.5)); k1 = 1.2, b = 0.75.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, BigInteger, Boolean, Double, TextClause, column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

K1, B = 1.2, 0.75
MAX_UNINDEXED = 500
MAX_COMPLETIONS = 12
# A block holds a thousand postings, the strongest first. Rare terms are read whole; the common ones share what is left,
# and the best candidates are then scored by all of their terms.
POSTINGS_IN_A_BLOCK = 1_000
BLOCKS_READ = 24
BLOCKS_OF_A_RARE_TERM = 2
CANDIDATES = 300
# Filters leave fewer of the candidates over: more are looked at.
BLOCKS_READ_FOR_FILTERS = 80
CANDIDATES_FOR_FILTERS = 3_000
# A set so small is scored prompt by prompt.
SMALL_SET = 3_000
RESORTED = 1_000

_STATE = f"""
state AS MATERIALIZED (
    SELECT
        max(generation) AS generation, max(as_of) AS as_of, sum(documents) AS documents,
        cast(sum(total_length) AS double precision) / nullif(sum(documents), 0) AS average_length
    FROM analytics.search_state
), stale AS MATERIALIZED (
    SELECT DISTINCT prompt_id FROM analytics.search_state CROSS JOIN LATERAL unnest(stale_prompt_ids) AS prompt_id
), languages AS MATERIALIZED (
    SELECT DISTINCT language FROM analytics.search_state CROSS JOIN LATERAL unnest(languages) AS language
    UNION SELECT NULL
), completions AS MATERIALIZED (
    SELECT w.word
    FROM analytics.search_words AS w
    WHERE
        w.generation = (SELECT generation FROM state)
        AND :beginning <> '' AND w.word >= :beginning AND w.word < :beginning || U&'\\+10FFFF'
        AND NOT EXISTS (
            SELECT FROM analytics.search_words AS whole
            WHERE whole.generation = (SELECT generation FROM state) AND whole.word = :beginning
        )
    GROUP BY w.word
    ORDER BY sum(w.documents) DESC, w.word
    LIMIT {MAX_COMPLETIONS}
)"""
_STATE_WITHOUT_INDEX = """
state AS MATERIALIZED (
    SELECT
        cast(NULL AS timestamptz) AS generation, cast(NULL AS timestamptz) AS as_of, 0 AS documents,
        cast(NULL AS double precision) AS average_length
), languages AS MATERIALIZED (
    SELECT DISTINCT language FROM library.prompts UNION SELECT NULL
), completions AS MATERIALIZED (
    SELECT cast(NULL AS text) AS word WHERE false
)"""

_ASKED = """
asked AS MATERIALIZED (
    SELECT DISTINCT t.term
    FROM languages AS l
    CROSS JOIN LATERAL (
        SELECT term FROM library.search_terms(:words, l.language)
        UNION ALL
        SELECT term FROM completions AS c CROSS JOIN LATERAL library.search_terms(c.word, l.language)
    ) AS t{pairs}
), unwanted AS MATERIALIZED (
    SELECT DISTINCT t.term FROM languages AS l CROSS JOIN LATERAL library.search_terms(:unwanted, l.language) AS t
)"""

# A letter of a script without spaces alone: the pairs that begin with it.
_PAIRS = f"""
    UNION
    SELECT p.term
    FROM library.search_terms(:words, NULL) AS one
    CROSS JOIN LATERAL (
        SELECT b.term FROM analytics.search_postings AS b
        WHERE
            b.term > one.term AND b.term < one.term || U&'\\+10FFFF'
            AND b.generation = (SELECT generation FROM state) AND b.block = 0
        ORDER BY b.term_documents DESC, b.term LIMIT {MAX_COMPLETIONS}
    ) AS p
    WHERE
        length(one.term) = 1 AND octet_length(one.term) > 1
        AND (SELECT count(*) FROM library.search_terms(:words, NULL)) = 1"""

# A text that the viewer may not read is not there: row-level security leaves it out.
_UNINDEXED = f"""
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
    WHERE n.created_at > coalesce((SELECT as_of FROM state), '-infinity')
), unindexed AS MATERIALIZED (
    SELECT
        n.id AS prompt_id, t.term, sum(t.occurrences) AS occurrences,
        sum(sum(t.occurrences)) OVER (PARTITION BY n.id) AS length
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT term, 2 * occurrences AS occurrences FROM library.search_terms(n.title, n.language)
        UNION ALL
        SELECT term, occurrences FROM library.search_terms(n.body, n.language)
    ) AS t
    GROUP BY n.id, t.term
)"""

_RECENT = """
recent AS MATERIALIZED (
    SELECT r.term, r.prompt_id, r.occurrences, r.length
    FROM analytics.search_recent_postings AS r
    CROSS JOIN state AS s
    WHERE
        r.term = ANY(ARRAY(SELECT term FROM asked UNION ALL SELECT term FROM unwanted))
        AND r.indexed_at > s.generation AND r.indexed_at <= s.as_of
        AND (r.replaced_at IS NULL OR r.replaced_at > s.as_of)
), packed AS MATERIALIZED (
    SELECT b.term, sum(b.term_documents) AS documents
    FROM analytics.search_postings AS b
    WHERE
        b.term = ANY(ARRAY(SELECT term FROM asked))
        AND b.generation = (SELECT generation FROM state) AND b.block = 0
    GROUP BY b.term
)"""
_RECENT_WITHOUT_INDEX = """
recent AS MATERIALIZED (
    SELECT cast(NULL AS text) AS term, cast(NULL AS bigint) AS prompt_id, 0 AS occurrences, 0 AS length WHERE false
), packed AS MATERIALIZED (
    SELECT cast(NULL AS text) AS term, 0 AS documents WHERE false
)"""

_TERMS = f"""
counted AS MATERIALIZED (
    SELECT a.term, coalesce(k.documents, 0) AS packed, coalesce(k.documents, 0)
        + (SELECT count(*) FROM recent AS r WHERE r.term = a.term)
        + (SELECT count(*) FROM unindexed AS u WHERE u.term = a.term) AS documents
    FROM asked AS a
    LEFT JOIN packed AS k ON k.term = a.term
), weighed AS (
    SELECT
        c.term, c.packed, c.documents,
        {K1 + 1} * cast(
            ln(1 + (greatest(n.documents - c.documents, 0) + 0.5) / (c.documents + 0.5)) AS double precision
        ) AS weight,
        greatest({BLOCKS_OF_A_RARE_TERM}, :blocks / greatest(count(*) FILTER (WHERE c.packed > 0) OVER (), 1)) AS blocks
    FROM counted AS c
    CROSS JOIN (SELECT (SELECT documents FROM state) + (SELECT count(*) FROM newest) AS documents) AS n
), terms AS MATERIALIZED (
    SELECT term, documents, weight, blocks, packed > blocks * {POSTINGS_IN_A_BLOCK} AS is_cut FROM weighed
)"""

_STRENGTH = f"""
        w.weight * p.occurrences / (
            p.occurrences + {K1 * (1 - B):.2f}
            + {K1 * B:.2f} * p.length / coalesce((SELECT average_length FROM state), p.length)
        )"""

_PACKED = """
        SELECT u.prompt_id, u.occurrences, u.length, w.weight, w.is_cut
        FROM terms AS w
        CROSS JOIN LATERAL (
            SELECT b.prompt_ids, b.occurrences, b.lengths
            FROM analytics.search_postings AS b
            WHERE b.term = w.term AND b.generation = (SELECT generation FROM state) AND b.block < w.blocks
            OFFSET 0
        ) AS b
        CROSS JOIN LATERAL unnest(b.prompt_ids, b.occurrences, b.lengths) AS u (prompt_id, occurrences, length)
        WHERE u.prompt_id NOT IN (SELECT prompt_id FROM stale)
        UNION ALL"""

_EXACT = f"""
    SELECT c.prompt_id, sum({_STRENGTH}
    ) AS score
    FROM (SELECT prompt_id FROM {{source}}) AS c
    CROSS JOIN LATERAL (
        SELECT d.terms, d.occurrences, d.length
        FROM analytics.search_documents AS d
        CROSS JOIN state AS s
        WHERE
            d.prompt_id = c.prompt_id AND d.indexed_at <= s.as_of
            AND (d.replaced_at IS NULL OR d.replaced_at > s.as_of)
        OFFSET 0
    ) AS d
    CROSS JOIN (SELECT term, weight FROM terms WHERE {{of_terms}}) AS w
    CROSS JOIN LATERAL (
        SELECT d.occurrences[array_position(d.terms, w.term)] AS occurrences, d.length OFFSET 0
    ) AS p
    WHERE p.occurrences IS NOT NULL AND {{condition}}
    GROUP BY c.prompt_id"""

_FILTERS = {
    "agent_type": "c.agent_type = :agent_type",
    "access": "c.access = :access",
    "language": "c.language = :language",
    "phrases": """NOT EXISTS (
        SELECT FROM unnest(cast(:phrases AS text[])) AS phrase
        WHERE position(trim(library.search_folded(phrase)) IN library.search_folded(concat_ws(
            E'\\n', c.title, c.description, (SELECT p.prompt_text FROM library.prompts AS p WHERE p.id = c.id)
        ))) = 0
    )""",
}
# Filters that are a set of prompts.
_SETS = {
    "creator": "SELECT c.id AS prompt_id FROM library.prompt_cards AS c WHERE c.created_by = :creator",
    "tags": """
        SELECT pt.prompt_id FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE t.name = ANY(:tags) GROUP BY pt.prompt_id HAVING count(*) = cardinality(cast(:tags AS text[]))""",
    "collection": """
        SELECT ps.prompt_id FROM library.prompt_sources AS ps
        INNER JOIN library.collections AS k ON k.id = ps.collection_id WHERE k.name = :collection""",
}

_ORDERS = {
    "relevance": "f.score DESC, f.prompt_id",
    "new": "c.created_at DESC, f.prompt_id DESC",
    "likes": "r.likes DESC NULLS LAST, f.score DESC, f.prompt_id",
    "hot": "r.hot_rank NULLS LAST, f.score DESC, f.prompt_id",
    "best": "r.best_rank NULLS LAST, f.score DESC, f.prompt_id",
}


def found_prompts(parameters: Mapping[str, Any], *, sort: str, is_indexed: bool) -> CTE:
    """The page of ids that a search finds, in their order.

    `parameters` hold `words`, `unwanted`, `beginning`, `skip`, `take`, and those filters of _FILTERS and
    _SETS that apply. Columns: `prompt_id`, `score`, `place`, `total`, `is_total`, `terms`.
    """
    looks_for_words = bool(parameters["words"] or parameters["beginning"])
    sets = [query for name, query in _SETS.items() if name in parameters]
    filters = [condition for name, condition in _FILTERS.items() if name in parameters]
    narrows = bool(sets or filters or parameters["unwanted"] or sort != "relevance")
    candidates = max(CANDIDATES_FOR_FILTERS if narrows else CANDIDATES, parameters["skip"] + parameters["take"])
    asked = _ASKED.format(pairs=_PAIRS if is_indexed else "")
    parts = [_STATE if is_indexed else _STATE_WITHOUT_INDEX, asked, _UNINDEXED]
    parts += [_RECENT if is_indexed else _RECENT_WITHOUT_INDEX, _TERMS]
    if sets:
        parts.append(f"chosen AS MATERIALIZED ({' INTERSECT '.join(sets)})")
    parts.append(_excluded(is_indexed))
    parts += _scored(bool(sets), candidates, is_indexed) if looks_for_words else [_all(bool(sets))]
    if parameters["unwanted"]:
        filters.append("f.prompt_id NOT IN (SELECT prompt_id FROM excluded)")
    ranks = "LEFT JOIN analytics.prompt_rankings AS r ON r.prompt_id = f.prompt_id AND r.ranking_window = 'all'"
    # By another order than relevance only what is most relevant is put anew, or chance hits would come first.
    resorted = f"ORDER BY f.score DESC, f.prompt_id LIMIT {RESORTED}" if looks_for_words and sort != "relevance" else ""
    # Without filters, how many hold a term is known without looking at each.
    total = "greatest(count(*) OVER (), (SELECT total FROM totals))" if not narrows else "count(*) OVER ()"
    statement = f"""
WITH {", ".join(parts)}, found AS (
    SELECT f.prompt_id, f.score
    FROM scored AS f
    INNER JOIN library.prompt_cards AS c ON c.id = f.prompt_id
    WHERE {" AND ".join(filters) or "true"}
    {resorted}
)
SELECT
    f.prompt_id, f.score, row_number() OVER (ORDER BY {_ORDERS[sort]}) AS place, {total} AS total,
    (SELECT is_exact FROM totals) AS is_total,
    (SELECT array_agg(term) FROM asked) AS terms
FROM found AS f
INNER JOIN library.prompt_cards AS c ON c.id = f.prompt_id
{ranks if sort in ("likes", "hot", "best") else ""}
ORDER BY place
OFFSET :skip LIMIT :take
"""
    bound = {**parameters, "blocks": BLOCKS_READ_FOR_FILTERS if narrows else BLOCKS_READ}
    clause: TextClause = text(statement)
    clause = clause.bindparams(**{name: value for name, value in bound.items() if f":{name}" in statement})
    return clause.columns(
        column("prompt_id", BigInteger),
        column("score", Double),
        column("place", BigInteger),
        column("total", BigInteger),
        column("is_total", Boolean),
        column("terms", ARRAY(Text)),
    ).cte("found_prompts")


def _scored(has_set: bool, candidates: int, is_indexed: bool) -> list[str]:
    """The candidates with their scores: by the strongest postings, then the best of them by all that they hold."""
    within = "WHERE p.prompt_id IN (SELECT prompt_id FROM chosen)" if has_set else ""
    is_small = f"(SELECT count(*) FROM chosen) <= {SMALL_SET}"
    parts = [
        f"""
hits AS MATERIALIZED (
    SELECT prompt_id, sum(score) AS score, coalesce(sum(score) FILTER (WHERE NOT is_cut), 0) AS score_of_whole_terms
    FROM (
        SELECT p.prompt_id, w.is_cut, {_STRENGTH} AS score
        FROM ({_PACKED if is_indexed else ""}
            SELECT r.prompt_id, r.occurrences, r.length, w.weight, w.is_cut
            FROM recent AS r INNER JOIN terms AS w ON w.term = r.term
            UNION ALL
            SELECT u.prompt_id, u.occurrences, u.length, w.weight, w.is_cut
            FROM unindexed AS u INNER JOIN terms AS w ON w.term = u.term
        ) AS p
        CROSS JOIN LATERAL (SELECT p.weight, p.is_cut) AS w
        {within}
    ) AS postings
    GROUP BY prompt_id
), candidates AS MATERIALIZED (
    SELECT prompt_id, score, score_of_whole_terms FROM hits ORDER BY score DESC, prompt_id LIMIT {candidates}
), totals AS MATERIALIZED (
    SELECT
        greatest((SELECT count(*) FROM hits), (SELECT max(documents) FROM terms)) AS total,
        NOT coalesce((SELECT bool_or(is_cut) FROM terms), false) AS is_exact
)"""
    ]
    newest = _newest_for_stop_words(has_set)
    if not is_indexed:
        return [*parts, f"scored AS (SELECT prompt_id, score FROM candidates UNION ALL {newest})"]
    has_cut = "EXISTS (SELECT FROM terms WHERE is_cut)"
    parts.append(
        f"of_cut_terms AS MATERIALIZED ({_EXACT.format(source='candidates', of_terms='is_cut', condition=has_cut)})"
    )
    scored = """
    SELECT
        c.prompt_id,
        CASE WHEN t.is_exact THEN c.score ELSE c.score_of_whole_terms + coalesce(o.score, 0) END AS score
    FROM candidates AS c
    CROSS JOIN totals AS t
    LEFT JOIN of_cut_terms AS o ON o.prompt_id = c.prompt_id"""
    if has_set:
        by_prompt = _EXACT.format(source="chosen", of_terms="true", condition=is_small)
        scored += f"""
    WHERE NOT {is_small}
    UNION ALL {by_prompt}
    UNION ALL
    SELECT h.prompt_id, h.score FROM hits AS h WHERE {is_small} AND h.prompt_id IN (SELECT prompt_id FROM unindexed)"""
    return [*parts, f"scored AS MATERIALIZED ({scored} UNION ALL {newest})"]


def _newest_for_stop_words(has_set: bool) -> str:
    """Words such as "how to" are in every text: they look for nothing, and the newest are as good as any."""
    within = "WHERE id IN (SELECT prompt_id FROM chosen)" if has_set else ""
    return f"""
    SELECT c.id, cast(0 AS double precision)
    FROM (SELECT id FROM library.prompt_cards {within} ORDER BY id DESC LIMIT {RESORTED}) AS c
    WHERE NOT EXISTS (SELECT FROM asked) AND EXISTS (SELECT FROM library.search_words(:words))"""


def _all(has_set: bool) -> str:
    """Without a word to look for, everything is there, and nothing before another."""
    within = "WHERE c.id IN (SELECT prompt_id FROM chosen)" if has_set else ""
    return f"""
scored AS (
    SELECT c.id AS prompt_id, cast(0 AS double precision) AS score FROM library.prompt_cards AS c {within}
), totals AS (SELECT 0 AS total, true AS is_exact)"""


def _excluded(is_indexed: bool) -> str:
    packed = """
    SELECT p.prompt_id
    FROM analytics.search_postings AS b
    CROSS JOIN LATERAL unnest(b.prompt_ids) AS p (prompt_id)
    WHERE
        b.term = ANY(ARRAY(SELECT term FROM unwanted)) AND b.generation = (SELECT generation FROM state)
        AND p.prompt_id NOT IN (SELECT prompt_id FROM stale)
    UNION ALL"""
    return f"""
excluded AS MATERIALIZED ({packed if is_indexed else ""}
    SELECT prompt_id FROM recent WHERE term IN (SELECT term FROM unwanted)
    UNION ALL
    SELECT prompt_id FROM unindexed WHERE term IN (SELECT term FROM unwanted)
)"""
