"""What narrows a search down, and the orders of what is found, as SQL over `f` (what is found) and `c` (its card)."""

from collections.abc import Mapping
from typing import Any

# A document as the index that is read has it.
IS_CURRENT = "d.indexed_at <= :as_of AND (d.replaced_at IS NULL OR d.replaced_at > :as_of)"

FILTERS = {
    "agent_type": "c.agent_type = :agent_type",
    "access": "c.access = :access",
    "language": "c.language = :language",
    "creator": "c.created_by = :creator",
    "tags": """(
        SELECT count(*) FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE pt.prompt_id = c.id AND t.name = ANY(cast(:tags AS text[]))
    ) = cardinality(cast(:tags AS text[]))""",
    "collection": """EXISTS (
        SELECT FROM library.prompt_collections AS k WHERE k.prompt_id = c.id AND k.collection_name = :collection
    )""",
    "phrases": """NOT EXISTS (
        SELECT FROM unnest(cast(:phrases AS text[])) AS phrase
        WHERE position(trim(library.search_folded(phrase)) IN library.search_folded(concat_ws(
            E'\\n', c.title, c.description, (SELECT p.prompt_text FROM library.prompts AS p WHERE p.id = c.id)
        ))) = 0
    )""",
    "unwanted": f"""NOT EXISTS (
        SELECT FROM analytics.search_documents AS d
        WHERE d.prompt_id = c.id AND {IS_CURRENT} AND d.terms && cast(:unwanted AS text[])
    )""",
    "others": "c.id <> ALL(cast(:others AS bigint[]))",
    "unwanted_in_newer": """c.id NOT IN (
        SELECT prompt_id FROM unindexed WHERE term = ANY(cast(:unwanted_in_newer AS text[]))
    )""",
}

# Filters that an index leads to the prompts of.
_SETS = {
    "creator": "SELECT p.id AS prompt_id FROM library.prompt_cards AS p WHERE p.created_by = :creator",
    "collection": """
        SELECT DISTINCT k.prompt_id FROM library.prompt_collections AS k
        WHERE k.collection_id = (SELECT id FROM library.collections WHERE name = :collection)""",
}
_TAGGED = """
        SELECT pt.prompt_id FROM library.prompt_tags AS pt
        WHERE pt.tag_id = (SELECT t.id FROM library.tags AS t WHERE t.name = (cast(:tags AS text[]))[{place}])"""

ORDERS = {
    "relevance": "f.score DESC, f.prompt_id",
    "new": "c.created_at DESC, f.prompt_id DESC",
    "likes": "r.like_rank NULLS LAST, f.score DESC, f.prompt_id",
    "hot": "r.hot_rank NULLS LAST, f.score DESC, f.prompt_id",
    "best": "r.best_rank NULLS LAST, f.score DESC, f.prompt_id",
}
# The orders by a rank among all prompts, which those that came after the last refresh don't have yet.
RANKS = {"likes": "like_rank", "hot": "hot_rank", "best": "best_rank"}


def set_of(filters: Mapping[str, Any]) -> str:
    """A query of the prompts (prompt_id) that all filters of `is_set` let through; empty without such a filter."""
    sets = [_SETS[name] for name in sorted(filters) if name in _SETS]
    sets += [_TAGGED.format(place=place) for place in range(1, len(filters.get("tags", ())) + 1)]
    return " INTERSECT ".join(sets)


def is_set(name: str) -> bool:
    """Whether an index leads to the prompts of a filter."""
    return name == "tags" or name in _SETS
