with query_days as (
    select * from {{ ref('int_search_query_days') }}
),

ledger as (
    select max(activity_date) as last_date from {{ ref('int_activity_days') }}
),

windows as (
    select
        period.search_window,
        ledger.last_date,
        ledger.last_date - period.days as before_date
    from ledger
    cross join (values ('7d', 7), ('30d', 30), ('90d', 90)) as period (search_window, days)
),

counted as (
    select
        windows.search_window,
        windows.last_date,
        query_days.query,
        cast(sum(query_days.searches) as bigint) as searches,
        cast(sum(query_days.searches_with_count) as bigint) as searches_with_count,
        cast(sum(query_days.zero_result_searches) as bigint) as zero_result_searches,
        cast(sum(query_days.clicked_searches) as bigint) as clicked_searches,
        cast(sum(query_days.placed_clicks) as bigint) as placed_clicks,
        sum(query_days.reciprocal_ranks) as reciprocal_ranks
    from windows
    inner join query_days on windows.before_date < query_days.activity_date
    where
        query_days.query <> ''
        and query_days.activity_date > (select ledger.last_date - 90 from ledger)
    group by windows.search_window, windows.last_date, query_days.query
),

final as (
    select
        search_window,
        query,
        searches,
        searches_with_count,
        zero_result_searches,
        {{ ratio('zero_result_searches', 'searches_with_count') }} as zero_result_rate,
        clicked_searches,
        {{ ratio('clicked_searches', 'searches') }} as click_through_rate,
        placed_clicks,
        {{ ratio('reciprocal_ranks', 'placed_clicks') }} as mean_reciprocal_rank,
        row_number() over (
            partition by search_window order by searches desc, query collate "C"  -- noqa: RF02
        ) as search_rank,
        case when zero_result_searches > 0 then row_number() over (
            partition by search_window
            order by zero_result_searches desc, searches desc, query collate "C"  -- noqa: RF02
        ) end as zero_result_rank,
        last_date
    from counted
)

select * from final
