"""What a person viewed and copied last: of the ledger, and of the lake where the engine spark keeps events there."""

from sqlalchemy import BigInteger, BindParameter, DateTime, Subquery, Text, column, func, select, true, union

from schema.models import ActivityEvent, EventType, RecentUses

USES_KEPT = 500
"""So many of a person's newest views, and of their newest copies, the lake hands over; no reader may ask for more."""


def newest_uses(user_id: int | BindParameter[int], *kinds: EventType, most: int) -> Subquery:
    """The person's newest uses of some kinds, at most `most` of all together: prompt_id, event_type, at.

    What the dashboard recorded stays in the ledger when it has gone to the lake, and is there only once.
    """
    event = ActivityEvent
    recorded = (
        select(event.prompt_id, event.event_type.cast(Text).label("event_type"), event.occurred_at.label("at"))
        .where(event.user_id == user_id, event.event_type.in_(kinds))
        .order_by(event.occurred_at.desc(), event.prompt_id, event.event_type)
        .limit(most)
        .subquery()
    )
    held = (
        func.unnest(RecentUses.prompt_ids, RecentUses.used_at)
        .table_valued(column("prompt_id", BigInteger), column("at", DateTime(timezone=True)))
        .render_derived(name="held")
    )
    in_the_lake = (
        select(held.c.prompt_id, RecentUses.event_type.cast(Text).label("event_type"), held.c.at)
        .select_from(RecentUses)
        .join(held, true())
        .where(RecentUses.user_id == user_id, RecentUses.event_type.in_(kinds))
    )
    both = union(select(recorded), in_the_lake).subquery()
    return select(both).order_by(both.c.at.desc(), both.c.prompt_id, both.c.event_type).limit(most).subquery()
