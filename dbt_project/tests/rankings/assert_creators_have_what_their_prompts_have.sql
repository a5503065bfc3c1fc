{{ config(meta={'dagster': {'ref': {'name': 'creator_rankings'}}}) }}
-- Reconciliation: creators together have what the prompts have that name one.
with creators as (
    select
        ranking_window,
        sum(prompts) as prompts,
        sum(views) as views,
        sum(likes) as likes
    from {{ ref('creator_rankings') }}
    group by ranking_window
),

prompts as (
    select
        ranking_window,
        count(*) as prompts,
        sum(views) as views,
        sum(likes) as likes
    from {{ ref('prompt_rankings') }}
    where creator_id is not null
    group by ranking_window
)

select prompts.ranking_window
from prompts
left join creators on prompts.ranking_window = creators.ranking_window
where
    (prompts.prompts, prompts.views, prompts.likes)
    is distinct from (creators.prompts, creators.views, creators.likes)
