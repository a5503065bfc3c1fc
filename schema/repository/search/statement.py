"""The one statement of a search: BM25 over the index, and over the newest prompts that it does not hold yet.

Robertson, Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with Lucene's idf, which is never
negative: ln(1 + (N - n + 0.5) / (n + 0.5)); k1 = 1.2, b = 0.75.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, BigInteger, DateTime, TextClause, column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

K1, B = 1.2, 0.75
MAX_UNINDEXED = 500
MAX_COMPLETIONS = 12
RESORTED = 1_000

_STATE = """
state AS MATERIALIZED (
    SELECT
        max(generation) AS generation, max(as_of) AS as_of, sum(documents) AS documents,
        cast(sum(total_length) AS double precision) / nullif(sum(documents), 0) AS average_length
    FROM analytics.search_state
), languages AS MATERIALIZED (
    SELECT DISTINCT language FROM analytics.search_state CROSS JOIN LATERAL unnest(languages) AS language
    UNION SELECT NULL
), completions AS MATERIALIZED (
    SELECT w.word
    FROM analytics.search_words AS w
    CROSS JOIN state AS s
    WHERE
        w.generation = s.generation
        AND :beginning <> '' AND w.word >= :beginning AND w.word < :beginning || U&'\\+10FFFF'
        AND NOT EXISTS (
            SELECT FROM analytics.search_words AS whole WHERE whole.generation = s.generation AND whole.word = :beginning
        )
    GROUP BY w.word
    ORDER BY sum(w.documents) DESC, w.word
    LIMIT :completions
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
    ) AS t
), unwanted AS MATERIALIZED (
    SELECT DISTINCT t.term FROM languages AS l CROSS JOIN LATERAL library.search_terms(:unwanted, l.language) AS t
)"""

_INDEXED = """
blocks AS (
    SELECT a.term, b.postings, b.prompt_ids, b.occurrences, b.lengths
    FROM asked AS a
    CROSS JOIN state AS s
    INNER JOIN analytics.search_postings AS b ON b.term = a.term AND b.generation = s.generation
), recent AS (
    SELECT r.term, r.prompt_id, r.occurrences, r.length
    FROM analytics.search_recent_postings AS r
    CROSS JOIN state AS s
    WHERE
        r.term IN (SELECT term FROM asked UNION ALL SELECT term FROM unwanted)
        AND r.indexed_at > s.generation AND r.indexed_at <= s.as_of
        AND (r.replaced_at IS NULL OR r.replaced_at > s.as_of)
), stale AS MATERIALIZED (
    SELECT d.prompt_id
    FROM analytics.search_documents AS d
    CROSS JOIN state AS s
    WHERE d.replaced_at <= s.as_of AND d.indexed_at <= s.generation
), excluded AS MATERIALIZED (
    SELECT p.prompt_id
    FROM unwanted AS u
    CROSS JOIN state AS s
    INNER JOIN analytics.search_postings AS b ON b.term = u.term AND b.generation = s.generation
    CROSS JOIN LATERAL unnest(b.prompt_ids) AS p (prompt_id)
    UNION ALL
    SELECT r.prompt_id FROM recent AS r INNER JOIN unwanted AS u ON u.term = r.term
), postings AS (
    SELECT b.term, p.prompt_id, p.occurrences, p.length
    FROM blocks AS b
    CROSS JOIN LATERAL unnest(b.prompt_ids, b.occurrences, b.lengths) AS p (prompt_id, occurrences, length)
    WHERE p.prompt_id NOT IN (SELECT prompt_id FROM stale)
    UNION ALL
    SELECT r.term, r.prompt_id, r.occurrences, r.length FROM recent AS r INNER JOIN asked AS a ON a.term = r.term
), held AS (
    SELECT term, sum(postings) AS documents
    FROM (
        SELECT term, postings FROM blocks
        UNION ALL
        SELECT r.term, 1 FROM recent AS r INNER JOIN asked AS a ON a.term = r.term
    ) AS counted
    GROUP BY term
)"""
_WITHOUT_INDEX = """
excluded AS (SELECT cast(NULL AS bigint) AS prompt_id WHERE false),
postings AS (
    SELECT
        cast(NULL AS text) AS term, cast(NULL AS bigint) AS prompt_id, cast(NULL AS smallint) AS occurrences,
        cast(NULL AS smallint) AS length
    WHERE false
), held AS (SELECT cast(NULL AS text) AS term, 0 AS documents WHERE false)"""

# Of these the viewer sees what row-level security shows; PRO prompts that are this new are found by others later.
_UNINDEXED = f"""
newest AS MATERIALIZED (
    SELECT p.id, p.title, concat_ws(E'\\n', p.description, p.prompt_text) AS body, p.language
    FROM library.prompts AS p
    WHERE
        p.archived_at IS NULL
        AND p.created_at > coalesce((SELECT as_of FROM state), '-infinity')
        AND (EXISTS (SELECT FROM asked) OR EXISTS (SELECT FROM unwanted))
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT {MAX_UNINDEXED}
), unindexed AS MATERIALIZED (
    SELECT n.id AS prompt_id, t.term, cast(sum(t.occurrences) AS integer) AS occurrences, sum(sum(t.occurrences)) OVER (
        PARTITION BY n.id) AS length
    FROM newest AS n
    CROSS JOIN LATERAL (
        SELECT term, 2 * occurrences AS occurrences FROM library.search_terms(n.title, n.language)
        UNION ALL
        SELECT term, occurrences FROM library.search_terms(n.body, n.language)
    ) AS t
    GROUP BY n.id, t.term
)"""

_SCORED = f"""
weights AS MATERIALIZED (
    SELECT
        a.term,
        {K1 + 1} * cast(
            ln(1 + (greatest(n.documents - k.documents, 0) + 0.5) / (k.documents + 0.5)) AS double precision
        ) AS weight
    FROM asked AS a
    CROSS JOIN LATERAL (
        SELECT
            coalesce((SELECT h.documents FROM held AS h WHERE h.term = a.term), 0)
            + (SELECT count(*) FROM unindexed AS u WHERE u.term = a.term) AS documents
    ) AS k
    CROSS JOIN (
        SELECT (SELECT documents FROM state) + (SELECT count(*) FROM newest) AS documents
    ) AS n
), scored AS (
    SELECT p.prompt_id, sum(w.weight * p.occurrences / (
        p.occurrences + {K1 * (1 - B):.2f} + {K1 * B:.2f} * p.length / coalesce(s.average_length, p.length)
    )) AS score
    FROM (
        SELECT term, prompt_id, occurrences, length FROM postings
        UNION ALL
        SELECT term, prompt_id, occurrences, length FROM unindexed
    ) AS p
    INNER JOIN weights AS w ON w.term = p.term
    CROSS JOIN state AS s
    GROUP BY p.prompt_id
)"""
# Without a word to look for, everything is there, and nothing before another.
_ALL = "scored AS (SELECT c.id AS prompt_id, cast(0 AS double precision) AS score FROM library.prompt_cards AS c)"

_FILTERS = {
    "agent_type": "c.agent_type = :agent_type",
    "access": "c.access = :access",
    "language": "c.language = :language",
    "creator": "c.created_by = :creator",
    "tags": """(
        SELECT count(*) FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE pt.prompt_id = c.id AND t.name = ANY(:tags)
    ) = cardinality(cast(:tags AS text[]))""",
    "collection": """EXISTS (
        SELECT FROM library.prompt_sources AS ps INNER JOIN library.collections AS k ON k.id = ps.collection_id
        WHERE ps.prompt_id = c.id AND k.name = :collection
    )""",
    "phrases": """NOT EXISTS (
        SELECT FROM unnest(cast(:phrases AS text[])) AS phrase
        WHERE position(trim(library.search_folded(phrase)) IN library.search_folded(concat_ws(
            E'\\n', c.title, c.description, (SELECT p.prompt_text FROM library.prompts AS p WHERE p.id = c.id)
        ))) = 0
    )""",
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

    `parameters` hold `words`, `unwanted`, `beginning`, `completions`, `skip`, `take`, and those filters of _FILTERS
    that apply. Columns: `prompt_id`, `place`, `total`, `as_of`, `terms`.
    """
    looks_for_words = bool(parameters["words"] or parameters["beginning"])
    filters = [condition for name, condition in _FILTERS.items() if name in parameters]
    if parameters["unwanted"]:
        filters.append("f.prompt_id NOT IN (SELECT prompt_id FROM excluded)")
        filters.append(
            "f.prompt_id NOT IN (SELECT u.prompt_id FROM unindexed AS u WHERE u.term IN (SELECT term FROM unwanted))"
        )
    parts = (
        _STATE if is_indexed else _STATE_WITHOUT_INDEX,
        _ASKED,
        _INDEXED if is_indexed else _WITHOUT_INDEX,
        _UNINDEXED,
        _SCORED if looks_for_words else _ALL,
    )
    ranks = "LEFT JOIN analytics.prompt_rankings AS r ON r.prompt_id = f.prompt_id AND r.ranking_window = 'all'"
    by_rank = sort in ("likes", "hot", "best")
    # By another order than relevance only what is most relevant is put anew, or chance hits would come first.
    resorted = f"ORDER BY f.score DESC, f.prompt_id LIMIT {RESORTED}" if looks_for_words and sort != "relevance" else ""
    statement = f"""
WITH {", ".join(parts)}, found AS (
    SELECT f.prompt_id, f.score
    FROM scored AS f
    INNER JOIN library.prompt_cards AS c ON c.id = f.prompt_id
    WHERE {" AND ".join(filters) or "true"}
    {resorted}
)
SELECT
    f.prompt_id, row_number() OVER (ORDER BY {_ORDERS[sort]}) AS place, count(*) OVER () AS total,
    (SELECT as_of FROM state) AS as_of, (SELECT array_agg(term) FROM asked) AS terms
FROM found AS f
INNER JOIN library.prompt_cards AS c ON c.id = f.prompt_id
{ranks if by_rank else ""}
ORDER BY place
OFFSET :skip LIMIT :take
"""
    clause: TextClause = text(statement).bindparams(**parameters)
    return clause.columns(
        column("prompt_id", BigInteger),
        column("place", BigInteger),
        column("total", BigInteger),
        column("as_of", DateTime(timezone=True)),
        column("terms", ARRAY(Text)),
    ).cte("found_prompts")
