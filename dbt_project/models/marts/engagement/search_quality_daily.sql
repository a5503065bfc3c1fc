with days as (
    select * from {{ ref('int_search_days') }}
),

final as (
    select
        activity_date,
        -- A day that was counted before languages were is one of all.
        coalesce(language, 'all') as language,
        searches,
        searches_with_count,
        zero_result_searches,
        {{ ratio('zero_result_searches', 'searches_with_count') }} as zero_result_rate,
        clicked_searches,
        {{ ratio('clicked_searches', 'searches') }} as click_through_rate,
        clicks_at_10,
        {{ ratio('clicks_at_10', 'searches') }} as click_through_rate_at_10,
        placed_clicks,
        {{ ratio('reciprocal_ranks', 'placed_clicks') }} as mean_reciprocal_rank,
        followed_searches,
        abandoned_searches,
        {{ ratio('abandoned_searches', 'followed_searches') }} as abandonment_rate
    from days
)

select * from final
