{{ config(meta={'dagster': {'ref': {'name': 'prompt_rankings'}}}) }}
-- Reconciliation: over all time, the ranking holds exactly the likes that stand in the library.
with ranked as (
    select coalesce(sum(likes), 0) as likes
    from {{ ref('prompt_rankings') }}
    where ranking_window = 'all'
),

counted as (
    select count(*) as likes
    from {{ ref('stg_library__user_prompt_likes') }}
)

select
    ranked.likes as ranked_likes,
    counted.likes as library_likes
from ranked
cross join counted
where ranked.likes <> counted.likes
