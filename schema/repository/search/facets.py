"""How many prompts each value of a filter would leave over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.repository.warehouse import reading_marts

MOST_VALUES = 50

# OFFSET 0 has the collections looked up prompt by prompt: a planner that expects more prompts would read all of them.
_OF_PROMPTS = """
WITH chosen AS MATERIALIZED (
    SELECT c.id, c.agent_type, c.access, c.language, c.created_by, c.creator_name
    FROM unnest(cast(:ids AS bigint[])) AS f (prompt_id) INNER JOIN library.prompt_cards AS c ON c.id = f.prompt_id
), counted AS (
    SELECT 'agent_type' AS facet, agent_type AS value, agent_type AS label, count(*) AS prompts
    FROM chosen GROUP BY agent_type
    UNION ALL
    SELECT 'access', access, access, count(*) FROM chosen GROUP BY access
    UNION ALL
    SELECT 'language', language, language, count(*) FROM chosen WHERE language IS NOT NULL GROUP BY language
    UNION ALL
    SELECT 'tag', t.name, t.name, count(*)
    FROM chosen INNER JOIN library.prompt_tags AS pt ON pt.prompt_id = chosen.id
    INNER JOIN library.tags AS t ON t.id = pt.tag_id GROUP BY t.name
    UNION ALL
    SELECT 'collection', k.collection_name, k.collection_name, count(DISTINCT chosen.id)
    FROM chosen
    CROSS JOIN LATERAL (
        SELECT k.collection_name FROM library.prompt_collections AS k WHERE k.prompt_id = chosen.id OFFSET 0
    ) AS k
    GROUP BY k.collection_name
    UNION ALL
    SELECT 'creator', cast(created_by AS text), creator_name, count(*)
    FROM chosen WHERE created_by IS NOT NULL GROUP BY created_by, creator_name
)"""
_OF_LIBRARY = """
WITH counted AS (
    SELECT facet, value, label, cast(sum(prompts) AS bigint) AS prompts
    FROM analytics.search_facets GROUP BY facet, value, label
)"""
_MOST = f"""
SELECT facet, value, label, prompts
FROM (SELECT *, row_number() OVER (PARTITION BY facet ORDER BY prompts DESC, value) AS place FROM counted) AS c
WHERE place <= {MOST_VALUES}
ORDER BY facet, place
"""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a filter as `search_prompts` takes it, its name, and the prompts that have it."""

    value: str
    label: str
    prompts: int


Facets = dict[str, list[FacetValue]]
"""The commonest values by facet: agent_type, access, language, tag, collection, creator."""


def facets_of(session: Session, prompt_ids: Sequence[int]) -> Facets:
    """The facets of some prompts."""
    return _facets(session, _OF_PROMPTS + _MOST, {"ids": list(prompt_ids)})


def library_facets(session: Session) -> Facets:
    """The facets of all prompts, as of the last refresh.

    Raises:
        WarehouseNotBuiltError: there was none yet.
    """
    with reading_marts():
        return _facets(session, _OF_LIBRARY + _MOST, {})


def _facets(session: Session, statement: str, parameters: dict[str, Any]) -> Facets:
    facets: Facets = defaultdict(list)
    for facet, value, label, prompts in session.execute(text(statement), parameters).tuples():
        facets[facet].append(FacetValue(value, label, prompts))
    return dict(facets)
