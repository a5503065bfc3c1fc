"""The statement of a search, put together from what the search needs and no more."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Select, TextClause, column, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from schema.repository.cards import select_cards
from schema.repository.search import scoring
from schema.repository.search.filters import FILTERS, ORDERS, RANKS
from schema.repository.search.index import MAX_UNINDEXED
from schema.repository.tables import prompt_cards

# How many of what is found are counted, ordered anew, and looked at for facets.
MOST_COUNTED = 10_000
MOST_GATHERED = 1_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What a search consists of; its parameters bring the values.

    `filters` are names of FILTERS, `sort` one of ORDERS; `chosen` is a query of the prompts that alone are meant, where
    not all are, and `is_by_document` says that they are scored one by one. `is_cut` says that postings are left out,
    `is_partial` that this leaves terms out of scores, `has_stale` and `has_changed` that packed postings are replaced
    by others, `has_newer` that prompts came after the index. `gathers` asks for the ids of all that is found, up to
    MOST_GATHERED; without `shows_cards` the page is ids.
    """

    filters: frozenset[str]
    sort: str
    chosen: str = ""
    is_by_document: bool = False
    is_indexed: bool = False
    looks_for_words: bool = False
    is_cut: bool = False
    is_partial: bool = False
    has_stale: bool = False
    has_changed: bool = False
    has_newer: bool = False
    gathers: bool = False
    shows_cards: bool = True

    @property
    def conditions(self) -> str:
        """The filters that are conditions; empty without one."""
        return " AND ".join(FILTERS[name] for name in sorted(self.filters))


@lru_cache(maxsize=256)
def search_statement(shape: Shape) -> tuple[Select[*tuple[Any, ...]], frozenset[str]]:
    """Cards of a page with `score`, `total`, `is_total` and `ids`, in their order; and the names of its parameters."""
    statement = _of_words(shape) if shape.looks_for_words else _of_all(shape)
    clause: TextClause = text(statement)
    found = clause.columns(
        column("prompt_id", BigInteger),
        column("score", Double),
        column("place", BigInteger),
        column("total", BigInteger),
        column("is_total", Boolean),
        column("ids", ARRAY(BigInteger)),
    ).cte("found_prompts")
    told = (found.c.score, found.c.total, found.c.is_total, found.c.ids)
    page: Select[*tuple[Any, ...]] = (
        select_cards().add_columns(*told).join(found, found.c.prompt_id == prompt_cards.c.id)
        if shape.shows_cards
        else select(found.c.prompt_id.label("id"), *told)
    )
    page = page.order_by(found.c.place)
    return page, frozenset(page.compile().params)


def _of_words(shape: Shape) -> str:
    """What holds any of the words, scored; only the best candidates are put into another order than by relevance."""
    parts = [scoring.TERMS]
    parts += [scoring.UNINDEXED] if shape.has_newer else []
    parts += [scoring.STALE] if shape.has_stale else []
    parts += _chosen(shape)
    total, is_total = "count(*) OVER ()", "true"
    if shape.is_by_document:
        parts.append(scoring.of_chosen([scoring.NEWER] if shape.has_newer else []))
    else:
        parts.append(
            scoring.of_postings(
                _sources(shape), shape.conditions, is_partial=shape.is_partial, is_chosen=bool(shape.chosen)
            )
        )
        if shape.filters:
            total = "(SELECT count(*) FROM passing)"
            is_total = f"(SELECT count(*) FROM hits) <= :looked_at AND {total} < :passing"
        elif shape.chosen:
            total = "(SELECT count(*) FROM hits)"
        else:
            # How many hold a term is known without looking at each.
            total = "greatest((SELECT count(*) FROM hits), :most_documents)"
    return f"""
WITH {", ".join(parts)}, found AS MATERIALIZED (
    SELECT f.prompt_id, f.score, row_number() OVER (ORDER BY {ORDERS[shape.sort]}) AS place, {total} AS total
    FROM scored AS f
    {scoring.CARD.format(of="f")}
    {_ranks(shape)}
    {f"WHERE {shape.conditions}" if shape.is_by_document and shape.conditions else ""}
)
SELECT
    prompt_id, score, place, total, {"false" if shape.is_cut else is_total} AS is_total,
    {_ids(shape, "found", "place") if shape.is_by_document else _ids(shape, "passing", "score DESC, prompt_id")} AS ids
FROM found
WHERE place > :skip AND place <= :skip + :take"""


def _of_all(shape: Shape) -> str:
    """Without a word to look for, everything is there, and nothing is more relevant than another."""
    parts = [scoring.UNINDEXED] if "unwanted_in_newer" in shape.filters else []
    parts += _chosen(shape)
    conditions = " AND ".join(
        filter(None, ("true", shape.conditions, "c.id IN (SELECT prompt_id FROM chosen)" if shape.chosen else ""))
    )
    rank = RANKS.get(shape.sort)
    if rank is None:
        in_order = f"""
    SELECT c.id AS prompt_id, cast(NULL AS bigint) AS rank, c.created_at FROM library.prompt_cards AS c
    WHERE {conditions} ORDER BY c.created_at DESC, c.id DESC LIMIT :reach"""
    else:
        # Those that came after the last refresh have no rank yet: they stand at the end.
        in_order = f"""
    (
        SELECT c.id AS prompt_id, r.{rank} AS rank, c.created_at
        FROM analytics.prompt_rankings AS r
        INNER JOIN library.prompt_cards AS c ON c.id = r.prompt_id
        WHERE r.ranking_window = 'all' AND {conditions} ORDER BY r.{rank} LIMIT :reach
    )
    UNION ALL
    SELECT c.id AS prompt_id, NULL AS rank, c.created_at
    FROM (SELECT * FROM library.prompt_cards ORDER BY id DESC LIMIT {MAX_UNINDEXED}) AS c
    WHERE {conditions} AND NOT EXISTS (
        SELECT FROM analytics.prompt_rankings AS r WHERE r.prompt_id = c.id AND r.ranking_window = 'all'
    )"""
    parts += [
        f"""found AS MATERIALIZED (
    SELECT prompt_id, row_number() OVER (ORDER BY rank, created_at DESC, prompt_id DESC) AS place FROM ({in_order}) AS f
)""",
        f"""counted AS MATERIALIZED (
    SELECT count(*) AS total
    FROM (SELECT FROM library.prompt_cards AS c WHERE {conditions} LIMIT {MOST_COUNTED} + 1) AS c
)""",
    ]
    return f"""
WITH {", ".join(parts)}
SELECT
    prompt_id, cast(0 AS double precision) AS score, place, least(total, {MOST_COUNTED}) AS total,
    total <= {MOST_COUNTED} AS is_total, {_ids(shape, "found", "place")} AS ids
FROM found CROSS JOIN counted
WHERE place > :skip AND place <= :skip + :take"""


def _chosen(shape: Shape) -> list[str]:
    return [f"chosen AS MATERIALIZED ({shape.chosen})"] if shape.chosen else []


def _sources(shape: Shape) -> list[str]:
    """Where the postings come from."""
    stale = " WHERE u.prompt_id NOT IN (SELECT prompt_id FROM stale)" if shape.has_stale else ""
    sources = [scoring.PACKED + stale] if shape.is_indexed else []
    sources += [scoring.CHANGED] if shape.has_changed else []
    sources += [scoring.NEWER] if shape.has_newer else []
    return sources


def _ranks(shape: Shape) -> str:
    if shape.sort not in RANKS:
        return ""
    return """
    LEFT JOIN LATERAL (
        SELECT * FROM analytics.prompt_rankings AS r
        WHERE r.prompt_id = f.prompt_id AND r.ranking_window = 'all' OFFSET 0
    ) AS r ON true"""


def _ids(shape: Shape, found: str, order: str) -> str:
    if not shape.gathers:
        return "cast(NULL AS bigint[])"
    gathered = f"SELECT prompt_id FROM {found} ORDER BY {order} LIMIT {MOST_GATHERED}"
    return f"(SELECT array_agg(prompt_id) FROM ({gathered}) AS f)"
