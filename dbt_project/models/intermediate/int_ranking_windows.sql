with days as (
    select * from {{ ref('int_activity_days') }}
    where activity_date <= {{ current_day() }}
),

events as (
    select * from {{ ref('stg_library__activity_events') }}
),

-- From the newest day back until one holds an event: no other day of the ledger is read.
newest as (
    select moments.occurred_at
    from days
    cross join
        lateral (
            select max(events.occurred_at) as occurred_at
            from events
            where
                events.occurred_at >= {{ utc_midnight('days.activity_date') }}
                and events.occurred_at < {{ utc_midnight('days.activity_date + 1') }}
                and events.occurred_at <= now()
        ) as moments
    where moments.occurred_at is not null
    order by days.activity_date desc
    limit 1
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
    left join newest on true
)

select * from final
