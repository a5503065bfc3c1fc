with days as (
    select * from {{ ref('int_action_days') }}
),

final as (
    select
        period_date as activity_date,
        segment,
        sessions,
        views,
        copies,
        likes,
        shares,
        searches,
        paywall_views
    from days
)

select * from final
