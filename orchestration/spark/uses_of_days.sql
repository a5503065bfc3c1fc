-- Each person's newest views and copies of each UTC day, as many as readers ask for of a whole life.
with placed as (
    select
        days.activity_date,
        events.user_id,
        events.event_type,
        events.prompt_id,
        events.occurred_at as used_at,
        days.revision,
        row_number() over (
            partition by days.activity_date, events.user_id, events.event_type
            order by events.occurred_at desc, events.prompt_id
        ) as place
    from int_activity_days as days
    inner join library_activity_events as events on days.activity_date = cast(events.occurred_at as date)
    where
        days.events_dropped_at is null
        and events.event_type in ('view', 'copy')
        and events.user_id is not null
)

select
    activity_date,
    user_id,
    event_type,
    prompt_id,
    used_at,
    revision
from placed
where place <= {uses_kept}
