{{ config(post_hook="{{ forget_searchers() }}") }}

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

chosen as (
    select
        windows.search_window,
        windows.last_date,
        query_days.*
    from windows
    inner join query_days on windows.before_date < query_days.activity_date
    where
        query_days.query <> ''
        and query_days.activity_date > (select ledger.last_date - 90 from ledger)
),

-- What fewer people typed could tell of a person.
typed as (
    select
        chosen.search_window,
        chosen.query
    from chosen
    cross join lateral unnest(chosen.searchers) as searcher
    group by chosen.search_window, chosen.query
    having count(distinct searcher) >= {{ var('search_query_people') }}
),

counted as (
    select
        chosen.search_window,
        chosen.last_date,
        chosen.query,
        cast(sum(chosen.searches) as bigint) as searches,
        cast(sum(chosen.searches_with_count) as bigint) as searches_with_count,
        cast(sum(chosen.zero_result_searches) as bigint) as zero_result_searches,
        cast(sum(chosen.clicked_searches) as bigint) as clicked_searches,
        cast(sum(chosen.placed_clicks) as bigint) as placed_clicks,
        sum(chosen.reciprocal_ranks) as reciprocal_ranks
    from chosen
    inner join typed on chosen.search_window = typed.search_window and chosen.query = typed.query
    group by chosen.search_window, chosen.last_date, chosen.query
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
