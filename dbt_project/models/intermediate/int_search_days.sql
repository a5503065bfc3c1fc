{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[{'columns': ['activity_date', 'revision']}]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

queries as (
    select * from {{ ref('int_search_query_days') }}
),

counted as (
    select
        days.activity_date,
        cast(sum(queries.searches) as bigint) as searches,
        cast(sum(queries.searches_with_count) as bigint) as searches_with_count,
        cast(sum(queries.zero_result_searches) as bigint) as zero_result_searches,
        cast(sum(queries.clicked_searches) as bigint) as clicked_searches,
        cast(sum(queries.placed_clicks) as bigint) as placed_clicks,
        sum(queries.reciprocal_ranks) as reciprocal_ranks,
        cast(sum(queries.followed_searches) as bigint) as followed_searches,
        cast(sum(queries.abandoned_searches) as bigint) as abandoned_searches,
        days.revision
    from days
    inner join queries on days.activity_date = queries.activity_date
    group by days.activity_date, days.revision
),

final as (
    select * from counted
    {{ days_carried_over([
        'activity_date', 'searches', 'searches_with_count', 'zero_result_searches', 'clicked_searches',
        'placed_clicks', 'reciprocal_ranks', 'followed_searches', 'abandoned_searches', 'revision'
    ]) }}
)

select * from final
