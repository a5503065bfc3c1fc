{{ config(materialized='view') }}

with likes as (
    select * from {{ ref('stg_library__user_prompt_likes') }}
),

prompts as (
    select * from {{ ref('stg_library__prompts') }}
),

bots as (
    select
        activity_date,
        user_id
    from {{ ref('int_viewer_days') }}
    where is_bot and user_id is not null
),

final as (
    select
        likes.prompt_id,
        likes.user_id,
        likes.liked_at
    from likes
    inner join prompts on likes.prompt_id = prompts.prompt_id
    left join bots on likes.user_id = bots.user_id and {{ utc_day('likes.liked_at') }} = bots.activity_date
    where
        bots.user_id is null
        and likes.user_id is distinct from prompts.creator_id
)

select * from final
