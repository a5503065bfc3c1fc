"""Prompts that go with a prompt, or are like it."""

from sqlalchemy import BigInteger, Double, Subquery, column, exists, literal, select, text, union_all
from sqlalchemy.orm import Session

from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.search.terms import K1, B
from schema.repository.tables import prompt_cards, prompt_neighbours
from schema.repository.warehouse import reading_marts

# A text's most frequent terms are weighed, and the ones that tell it best from others looked for; decision 13 has what
# was measured. Of each the strongest postings are read, as many as a block of the index holds.
TERMS_WEIGHED = 300
TERMS = 16
POSTINGS = 1_000


def is_shown(session: Session, prompt_id: int) -> bool:
    """Whether lists can show the prompt: it is there and not archived."""
    return bool(session.scalar(select(exists().where(prompt_cards.c.id == prompt_id))))


def similar_prompts(session: Session, prompt_id: int, *, take: int = 5) -> list[PromptCard]:
    """The `take` prompts nearest to one: first those that the same people like, then those of like content; ties by id.

    Content is what search finds a prompt by: a text that the viewer may not read brings nothing here either, and a
    prompt that the last refresh did not index has none. Texts come along where the viewer may read them.

    Raises:
        WarehouseNotBuiltError: the marts do not exist yet.
    """
    check_page(0, take)
    near = prompt_neighbours.c
    by_likes = (
        select(near.neighbour_id.label("prompt_id"), literal(1).label("way"), near.weight.label("score"))
        .where(near.prompt_id == prompt_id)
        .order_by(near.weight.desc(), near.neighbour_id)
        # Archived ones are left out only below.
        .limit(take * 2)
        .subquery()
    )
    content = _alike_by_content(prompt_id, take * 2)
    both = union_all(select(by_likes), select(content.c.prompt_id, literal(2), content.c.score)).subquery()
    found = select(both).distinct(both.c.prompt_id).order_by(both.c.prompt_id, both.c.way).subquery()
    statement = (
        select_cards()
        .join(found, found.c.prompt_id == prompt_cards.c.id)
        .order_by(found.c.way, found.c.score.desc(), found.c.prompt_id)
        .limit(take)
    )
    with reading_marts():
        return [to_card(row) for row in session.execute(statement)]


# The index says of a term in how many texts it is; what a reader may not find is not in the index for them.
_ALIKE_BY_CONTENT = f"""
WITH state AS MATERIALIZED (
    SELECT
        max(generation) AS generation, max(as_of) AS as_of, sum(documents) AS documents,
        cast(sum(total_length) AS double precision) / nullif(sum(documents), 0) AS average_length
    FROM analytics.search_state
), own AS MATERIALIZED (
    SELECT t.term, t.occurrences, d.length
    FROM analytics.search_documents AS d
    CROSS JOIN state AS s
    CROSS JOIN LATERAL unnest(d.terms, d.occurrences) AS t (term, occurrences)
    WHERE
        d.prompt_id = :prompt_id AND d.indexed_at <= s.as_of AND (d.replaced_at IS NULL OR d.replaced_at > s.as_of)
    ORDER BY t.occurrences DESC, t.term
    LIMIT :terms_weighed
), packed AS MATERIALIZED (
    SELECT b.term, sum(b.term_documents) AS documents
    FROM analytics.search_postings AS b
    WHERE
        b.term = ANY(ARRAY(SELECT term FROM own)) AND b.generation = (SELECT generation FROM state) AND b.block = 0
    GROUP BY b.term
), counted AS MATERIALIZED (
    SELECT o.term, o.occurrences, o.length, coalesce(k.documents, (
        SELECT count(*) FROM (SELECT FROM {{recent}} AND r.term = o.term LIMIT :postings) AS r
    )) AS documents
    FROM own AS o
    CROSS JOIN state AS s
    LEFT JOIN packed AS k ON k.term = o.term
), weighed AS (
    SELECT
        c.term, {{idf}} * c.occurrences * {K1 + 1} / (
            c.occurrences + {K1} * ({1 - B} + {B} * c.length / s.average_length)
        ) * {{idf}} * {K1 + 1} AS weight
    FROM counted AS c
    CROSS JOIN state AS s
    WHERE c.documents > 1
), terms AS MATERIALIZED (
    SELECT term, weight FROM weighed ORDER BY weight DESC, term LIMIT :terms
), postings AS (
    SELECT u.prompt_id, u.occurrences, u.length, t.weight
    FROM terms AS t
    CROSS JOIN state AS s
    CROSS JOIN LATERAL (
        SELECT b.prompt_ids, b.occurrences, b.lengths FROM analytics.search_postings AS b
        WHERE b.term = t.term AND b.generation = s.generation AND b.block = 0
        OFFSET 0
    ) AS b
    CROSS JOIN LATERAL unnest(b.prompt_ids, b.occurrences, b.lengths) AS u (prompt_id, occurrences, length)
    WHERE u.prompt_id NOT IN (
        SELECT stale.prompt_id FROM analytics.search_state AS x
        CROSS JOIN LATERAL unnest(x.stale_prompt_ids) AS stale (prompt_id)
    )
    UNION ALL
    SELECT u.prompt_id, u.occurrences, u.length, t.weight
    FROM terms AS t
    CROSS JOIN state AS s
    CROSS JOIN LATERAL (
        SELECT r.prompt_id, r.occurrences, r.length FROM {{recent}} AND r.term = t.term LIMIT :postings
    ) AS u
)
SELECT
    p.prompt_id,
    sum(p.weight * p.occurrences / (p.occurrences + {K1} * ({1 - B} + {B} * p.length / s.average_length))) AS score
FROM postings AS p
CROSS JOIN state AS s
WHERE p.prompt_id <> :prompt_id
GROUP BY p.prompt_id
ORDER BY score DESC, p.prompt_id
LIMIT :candidates
"""


def _alike_by_content(prompt_id: int, candidates: int) -> Subquery:
    """The prompts that share most with one of the terms that tell it from others: prompt_id, score."""
    recent = """
        analytics.search_recent_postings AS r
        WHERE
            r.indexed_at > s.generation AND r.indexed_at <= s.as_of
            AND (r.replaced_at IS NULL OR r.replaced_at > s.as_of)"""
    idf = "cast(ln(1 + (greatest(s.documents - c.documents, 0) + 0.5) / (c.documents + 0.5)) AS double precision)"
    return (
        text(_ALIKE_BY_CONTENT.format(idf=idf, recent=recent))
        .bindparams(
            prompt_id=prompt_id, terms_weighed=TERMS_WEIGHED, terms=TERMS, postings=POSTINGS, candidates=candidates
        )
        .columns(column("prompt_id", BigInteger), column("score", Double))
        .subquery()
    )
