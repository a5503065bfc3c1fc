{{ config(tags=['reads_ledger'], meta={'dagster': {'ref': {'name': 'active_people_daily'}}}) }}
-- Reconciliation: on the newest 7 days, the people of the ledger that are no bots. Days that changed since the build
-- began, and those that the ledger holds no longer, are left out.
with days as (
    {{ newest_unchanged_days(7) }}
),

ledger as (
    select
        days.activity_date,
        count(distinct events.user_id) as people
    from days
    inner join {{ ref('stg_library__activity_events') }} as events
        on
            events.occurred_at >= {{ utc_midnight('days.activity_date') }}
            and events.occurred_at < {{ utc_midnight('days.activity_date + 1') }}
    left join {{ ref('int_viewer_days') }} as bots
        on days.activity_date = bots.activity_date and events.viewer = bots.viewer and bots.is_bot
    where
        bots.viewer is null
        and events.occurred_at >= (select {{ utc_midnight('min(first.activity_date)') }} from days as first)
    group by days.activity_date
)

select
    days.activity_date,
    coalesce(ledger.people, 0) as people_of_the_ledger,
    marts.daily_active
from days
left join ledger on days.activity_date = ledger.activity_date
left join {{ ref('active_people_daily') }} as marts
    on days.activity_date = marts.activity_date and marts.segment = 'all'
where coalesce(ledger.people, 0) is distinct from marts.daily_active
