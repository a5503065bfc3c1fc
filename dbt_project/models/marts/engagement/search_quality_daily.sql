with days as (
    select * from {{ ref('int_search_days') }}
),

final as (
    select
        activity_date,
        searches,
        searches_with_count,
        zero_result_searches,
        {{ ratio('zero_result_searches', 'searches_with_count') }} as zero_result_rate,
        clicked_searches,
        {{ ratio('clicked_searches', 'searches') }} as click_through_rate,
        placed_clicks,
        {{ ratio('reciprocal_ranks', 'placed_clicks') }} as mean_reciprocal_rank,
        followed_searches,
        abandoned_searches,
        {{ ratio('abandoned_searches', 'followed_searches') }} as abandonment_rate
    from days
)

select * from final
