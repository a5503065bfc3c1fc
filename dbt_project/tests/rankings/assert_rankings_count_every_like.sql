{{ config(meta={'dagster': {'ref': {'name': 'prompt_rankings'}}}) }}
-- Reconciliation: over all time, the ranking holds exactly the likes that stand in the library, but for those of bots
-- on their days and of creators for their own prompts.
with ranked as (
    select coalesce(sum(likes), 0) as likes
    from {{ ref('prompt_rankings') }}
    where ranking_window = 'all'
),

counted as (
    select count(*) as likes
    from {{ ref('stg_library__user_prompt_likes') }} as likes
    inner join {{ ref('stg_library__prompts') }} as prompts on likes.prompt_id = prompts.prompt_id
    where
        likes.user_id is distinct from prompts.creator_id
        and not exists (
            select 1 from {{ ref('int_viewer_days') }} as days
            where
                days.viewer = 'u' || likes.user_id
                and days.activity_date = {{ utc_day('likes.liked_at') }}
                and days.is_bot
        )
)

select
    ranked.likes as ranked_likes,
    counted.likes as library_likes
from ranked
cross join counted
where
    ranked.likes <> counted.likes
    -- Unless something was loaded since the marts were built.
    and (select max(now_there.revision) from {{ ref('stg_library__activity_days') }} as now_there)
    = (select max(built.revision) from {{ ref('int_activity_days') }} as built)
