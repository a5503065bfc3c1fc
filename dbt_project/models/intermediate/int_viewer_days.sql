{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[
            {'columns': ['activity_date', 'revision']},
            {'columns': ['viewer', 'activity_date'], 'unique': true}
        ]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

events as (
    select
        days.activity_date,
        days.revision,
        events.viewer,
        events.user_id,
        events.event_type,
        events.occurred_at
    from days
    {{ join_events_of_days() }}
    where events.viewer <> '-'
),

minutes as (
    select
        activity_date,
        revision,
        viewer,
        user_id,
        date_trunc('minute', occurred_at) as minute_at,
        count(*) as events,
        count(*) filter (where event_type = 'view') as views,
        count(*) filter (where event_type = 'copy') as copies,
        count(*) filter (where event_type = 'like') as likes,
        count(*) filter (where event_type = 'share') as shares,
        count(*) filter (where event_type = 'search') as searches,
        count(*) filter (where event_type = 'paywall_view') as paywall_views,
        min(occurred_at) as first_event_at
    from events
    group by activity_date, revision, viewer, user_id, date_trunc('minute', occurred_at)
),

spaced as (
    select
        *,
        coalesce(
            minute_at - lag(minute_at) over (partition by viewer, activity_date order by minute_at)
            > interval '{{ var('session_gap_minutes') }} minutes',
            true
        ) as is_session_start
    from minutes
),

counted as (
    select
        activity_date,
        viewer,
        user_id,
        cast(sum(events) as bigint) as events,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        cast(sum(likes) as bigint) as likes,
        cast(sum(shares) as bigint) as shares,
        cast(sum(searches) as bigint) as searches,
        cast(sum(paywall_views) as bigint) as paywall_views,
        count(*) filter (where is_session_start) as sessions,
        min(first_event_at) as first_event_at,
        sum(views) > {{ var('bot_views_a_day') }} or max(views) > {{ var('bot_views_a_minute') }} as is_bot,
        revision
    from spaced
    group by activity_date, revision, viewer, user_id
),

final as (
    select * from counted
    {{ days_carried_over([
        'activity_date', 'viewer', 'user_id', 'events', 'views', 'copies', 'likes', 'shares', 'searches',
        'paywall_views', 'sessions', 'first_event_at', 'is_bot', 'revision'
    ]) }}
)

select * from final
{{ days_together() }}
