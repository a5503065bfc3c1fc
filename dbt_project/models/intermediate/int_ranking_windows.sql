-- Four rows: unanalyzed, PostgreSQL expects a thousand, and joins what follows pair by pair.
{{ config(tags=['lake'], contract={'enforced': true}, post_hook='analyze {{ this }}') }}

with days as (
    select * from {{ ref('int_viewer_days') }}
    where activity_date <= {{ current_day() }} and events > searches
),

events as (
    select * from {{ ref('stg_library__activity_events') }}
),

-- Looked for from the newest day on that had a viewer: the rest of the ledger is not read. Searches rank nothing, and
-- the dashboard's are in the ledger at once, a day before what the application tells of the same time.
newest as (
    select max(occurred_at) as occurred_at
    from events
    where
        event_type <> 'search'
        and occurred_at >= (
            select {{ utc_midnight("coalesce(max(days.activity_date), date '1970-01-01')") }} from days
        )
        and occurred_at <= now()
),

lengths (ranking_window, length) as (
    values
    ('24h', interval '24 hours'), ('7d', interval '168 hours'), ('30d', interval '720 hours'), ('all', null)
),

final as (
    select
        lengths.ranking_window,
        newest.occurred_at as as_of,
        newest.occurred_at - lengths.length as starts_at,
        newest.occurred_at - 2 * lengths.length as starts_before_at
    from lengths
    cross join newest
)

select * from final
