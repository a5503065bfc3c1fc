{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[{'columns': ['activity_date', 'revision']}]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

queries as (
    select
        *,
        {{ language_of_query('query') }} as language
    from {{ ref('int_search_query_days') }}
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
        days.revision,
        cast(sum(queries.clicks_at_10) as bigint) as clicks_at_10,
        coalesce(queries.language, 'all') as language
    from days
    inner join queries on days.activity_date = queries.activity_date
    group by
        grouping sets (
            (days.activity_date, days.revision), (days.activity_date, days.revision, queries.language)
        )
    having grouping(queries.language) = 1 or queries.language is not null
),

final as (
    select * from counted
    {{ days_carried_over([
        'activity_date', 'searches', 'searches_with_count', 'zero_result_searches', 'clicked_searches',
        'placed_clicks', 'reciprocal_ranks', 'followed_searches', 'abandoned_searches', 'revision', 'clicks_at_10',
        'language'
    ]) }}
)

select * from final
