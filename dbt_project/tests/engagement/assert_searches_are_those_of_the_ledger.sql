{{ config(tags=['reads_ledger'], meta={'dagster': {'ref': {'name': 'search_quality_daily'}}}) }}
-- Reconciliation: on the newest 7 days, the searches of the ledger that are not of bots. Days that changed since the
-- build began, and those that the ledger holds no longer, are left out.
with days as (
    {{ newest_unchanged_days(7) }}
),

ledger as (
    select
        days.activity_date,
        count(*) as searches,
        count(*) filter (where events.result_count = 0) as zero_result_searches,
        count(events.prompt_id) as clicked_searches
    from days
    inner join {{ ref('stg_library__activity_events') }} as events
        on
            events.occurred_at >= {{ utc_midnight('days.activity_date') }}
            and events.occurred_at < {{ utc_midnight('days.activity_date + 1') }}
    left join {{ ref('int_viewer_days') }} as bots
        on days.activity_date = bots.activity_date and events.viewer = bots.viewer and bots.is_bot
    where
        bots.viewer is null
        and events.event_type = 'search'
        and events.occurred_at >= (select {{ utc_midnight('min(first.activity_date)') }} from days as first)
    group by days.activity_date
)

select
    days.activity_date,
    marts.searches,
    coalesce(ledger.searches, 0) as searches_of_the_ledger
from days
left join ledger on days.activity_date = ledger.activity_date
left join {{ ref('search_quality_daily') }} as marts
    on days.activity_date = marts.activity_date and marts.language = 'all'
where
    marts.searches is distinct from coalesce(ledger.searches, 0)
    or marts.zero_result_searches is distinct from coalesce(ledger.zero_result_searches, 0)
    or marts.clicked_searches is distinct from coalesce(ledger.clicked_searches, 0)
