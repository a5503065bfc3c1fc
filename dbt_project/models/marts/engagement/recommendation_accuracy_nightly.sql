-- The library keeps the nights: what a past one measured cannot be had again.
{{ config(materialized='view') }}

with nights as (
    select * from {{ source('library', 'recommendation_nights') }}
),

final as (
    select
        last_date,
        test_days,
        people,
        prompts,
        recall,
        ndcg,
        coverage,
        popular_recall,
        popular_ndcg,
        popular_coverage,
        measured_at
    from nights
)

select * from final
