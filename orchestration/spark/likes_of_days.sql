-- The last word of each UTC day on a person's like of a prompt.
select
    days.activity_date,
    events.user_id,
    events.prompt_id,
    max(struct(events.occurred_at, events.event_id, events.event_type)) as last_word,
    days.revision
from int_activity_days as days
inner join library_activity_events as events on days.activity_date = cast(events.occurred_at as date)
where
    days.events_dropped_at is null
    and events.event_type in ('like', 'unlike')
    and events.user_id is not null
group by days.activity_date, days.revision, events.user_id, events.prompt_id
