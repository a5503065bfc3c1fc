with events as (
    select * from {{ ref('stg_library__activity_events') }}
    where prompt_id is not null
),

final as (
    select
        prompt_id,
        {{ utc_day('occurred_at') }} as activity_date,
        count(*) filter (where event_type = 'view') as views,
        count(distinct user_id) filter (where event_type = 'view') as known_viewers,
        count(*) filter (where event_type = 'copy') as copies,
        count(*) filter (where event_type = 'share') as shares,
        count(*) filter (where event_type = 'paywall_view') as paywall_views
    from events
    group by 1, 2
)

select * from final
