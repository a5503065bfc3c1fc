"""What could be recommended to a person: the parts of the one statement, each bounded however large the library is."""

from sqlalchemy import CTE, BindParameter, ColumnElement, Float, case, func, literal, select, union, union_all
from sqlalchemy.orm import InstrumentedAttribute

from schema.models import EventType, HiddenPrompt, Prompt, PromptTag, UserPromptLike
from schema.repository.recent_uses import newest_uses
from schema.repository.tables import merged_prompts, prompt_neighbours, prompt_rankings

# What a copy and a view say beside a like, which says 1; dbt's variables of the same names are equal to them.
COPY_SIGNAL = 0.25
VIEW_SIGNAL = 0.01
# Several neighbours that are near beat a single one that is nearer: measured in decision 13.
DAMPING = 0.8
TAG_WEIGHT = 0.2  # measured on held-out likes: recall@20 .317 without, .341 with

SIGNALS_CONSIDERED = 100
EVENTS_CONSIDERED = 200
NEIGHBOURS_CONSIDERED = 300
TAGS_CONSIDERED = 10
PROMPTS_OF_A_TAG = 30
POPULAR_CONSIDERED = 100
NEW_CONSIDERED = 100
NEW_DAYS = 30


def _head_of(prompt_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[int]:
    """The prompt that stands for one that was merged into it, else itself; for what joins `merged_prompts`."""
    return func.coalesce(merged_prompts.c.head_id, prompt_id)


def signals_of(user_id: BindParameter[int]) -> CTE:
    """What the person liked, copied or viewed, the strongest and newest first: prompt_id, strength, at.

    What they said of a prompt that was merged into another is said of that other.
    """
    likes = (
        select(UserPromptLike.prompt_id, literal(1.0, Float).label("strength"), UserPromptLike.liked_at.label("at"))
        .where(UserPromptLike.user_id == user_id)
        .order_by(UserPromptLike.liked_at.desc(), UserPromptLike.prompt_id)
        .limit(SIGNALS_CONSIDERED)
        .subquery()
    )
    uses = newest_uses(user_id, EventType.COPY, EventType.VIEW, most=EVENTS_CONSIDERED)
    is_copy = uses.c.event_type == EventType.COPY.value
    strength_of_use = case((is_copy, literal(COPY_SIGNAL, Float)), else_=literal(VIEW_SIGNAL, Float))
    events = select(uses.c.prompt_id, strength_of_use.label("strength"), uses.c.at)
    said = union_all(select(likes), events).subquery()
    strength = func.max(said.c.strength).label("strength")
    newest = func.max(said.c.at).label("at")
    head = _head_of(said.c.prompt_id).label("prompt_id")
    return (
        select(head, strength, newest)
        .select_from(said)
        .outerjoin(merged_prompts, merged_prompts.c.prompt_id == said.c.prompt_id)
        .group_by(head)
        .order_by(strength.desc(), newest.desc(), head)
        .limit(SIGNALS_CONSIDERED)
        .cte("signals")
    )


def walks_from(signals: CTE) -> CTE:
    """Each neighbour of each signal, with what it brings: prompt_id, because, score."""
    near = prompt_neighbours.c
    return (
        select(
            near.neighbour_id.label("prompt_id"),
            near.prompt_id.label("because"),
            (signals.c.strength * func.power(near.weight, DAMPING)).label("score"),
        )
        .join(signals, signals.c.prompt_id == near.prompt_id)
        .cte("walks")
        .prefix_with("MATERIALIZED")
    )


def neighbours_of(walks: CTE) -> CTE:
    """The best neighbours of all signals together: prompt_id, score."""
    score = func.sum(walks.c.score).label("score")
    return (
        select(walks.c.prompt_id, score)
        .group_by(walks.c.prompt_id)
        .order_by(score.desc(), walks.c.prompt_id)
        .limit(NEIGHBOURS_CONSIDERED)
        .cte("by_neighbours")
    )


def tags_of(signals: CTE) -> CTE:
    """The tags that the person's signals carry most: tag_id, weight."""
    weight = func.sum(signals.c.strength).label("weight")
    return (
        select(PromptTag.tag_id, weight)
        .join(signals, signals.c.prompt_id == PromptTag.prompt_id)
        .group_by(PromptTag.tag_id)
        .order_by(weight.desc(), PromptTag.tag_id)
        .limit(TAGS_CONSIDERED)
        .cte("own_tags")
    )


def popular() -> CTE:
    """What is hot this week, then what was liked most this month: prompt_id, place."""
    c = prompt_rankings.c
    hot = select(c.prompt_id, c.hot_rank.label("place")).where(
        c.ranking_window == "7d", c.likes > 0, c.hot_rank <= POPULAR_CONSIDERED
    )
    liked = select(c.prompt_id, (c.like_rank + POPULAR_CONSIDERED).label("place")).where(
        c.ranking_window == "30d", c.like_rank <= POPULAR_CONSIDERED
    )
    both = union_all(hot, liked).subquery()
    return select(both.c.prompt_id, func.min(both.c.place).label("place")).group_by(both.c.prompt_id).cte("popular")


def newest() -> CTE:
    """Prompts of the last thirty days, of which the newest: prompt_id."""
    return (
        select(Prompt.id.label("prompt_id"))
        .where(Prompt.created_at >= func.now() - func.make_interval(0, 0, 0, NEW_DAYS))
        .order_by(Prompt.created_at.desc(), Prompt.id)
        .limit(NEW_CONSIDERED)
        .cte("newest")
    )


def candidates(user_id: BindParameter[int], by_neighbours: CTE, own_tags: CTE, popular_ones: CTE, new_ones: CTE) -> CTE:
    """All of them that the viewer may read, and has neither liked, made nor hidden: prompt_id, created_by."""
    of_a_tag = (
        select(PromptTag.prompt_id)
        .where(PromptTag.tag_id == own_tags.c.tag_id)
        .order_by(PromptTag.prompt_id.desc())
        .limit(PROMPTS_OF_A_TAG)
        .lateral()
    )
    found = union(
        select(by_neighbours.c.prompt_id),
        select(of_a_tag.c.prompt_id).select_from(own_tags.join(of_a_tag, literal(value=True))),
        select(popular_ones.c.prompt_id),
        select(new_ones.c.prompt_id),
    ).subquery()
    liked, hidden = (
        select(_head_of(table.prompt_id))
        .select_from(table)
        .outerjoin(merged_prompts, merged_prompts.c.prompt_id == table.prompt_id)
        .where(table.user_id == user_id)
        for table in (UserPromptLike, HiddenPrompt)
    )
    # OFFSET 0 has them looked up one by one: PostgreSQL expects many more of them, and would read all prompts.
    readable = (
        select(Prompt.created_by)
        .where(
            Prompt.id == found.c.prompt_id,
            Prompt.archived_at.is_(None),
            Prompt.created_by.is_distinct_from(user_id),
        )
        .offset(0)
        .lateral()
    )
    return (
        select(found.c.prompt_id, readable.c.created_by)
        .select_from(found.join(readable, literal(value=True)))
        .where(found.c.prompt_id.not_in(liked), found.c.prompt_id.not_in(hidden))
        .cte("candidates")
    )


def tag_scores(found: CTE, own_tags: CTE) -> CTE:
    """What the person's tags say of each candidate: prompt_id, score."""
    # OFFSET 0 has each candidate's tags looked up: PostgreSQL would read all prompts that carry one of them.
    tags = select(PromptTag.tag_id).where(PromptTag.prompt_id == found.c.prompt_id).offset(0).lateral()
    return (
        select(found.c.prompt_id, func.sum(own_tags.c.weight).label("score"))
        .select_from(found.join(tags, literal(value=True)).join(own_tags, own_tags.c.tag_id == tags.c.tag_id))
        .group_by(found.c.prompt_id)
        .cte("by_tags")
    )
