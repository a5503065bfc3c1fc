with days as (
    select * from {{ ref('int_shown_days') }}
    where surface is not null
),

final as (
    select
        activity_date,
        surface,
        coalesce(reason, 'none') as reason,
        impressions,
        clicked_impressions,
        {{ ratio('clicked_impressions', 'impressions') }} as click_through_rate,
        people_impressions,
        liked_impressions,
        {{ ratio('liked_impressions', 'people_impressions') }} as like_rate
    from days
)

select * from final
