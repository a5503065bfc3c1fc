with prompt_weeks as (
    select * from {{ ref('int_prompt_weeks') }}
),

heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

prompts as (
    select * from {{ ref('stg_library__prompts') }}
),

people as (
    select * from {{ ref('stg_library__users') }}
),

final as (
    select
        prompt_weeks.period_date as activity_week,
        people.user_id as creator_id,
        people.user_name as creator_name,
        count(distinct prompts.prompt_id) as used_prompts,
        cast(sum(prompt_weeks.views) as bigint) as views,
        cast(sum(prompt_weeks.copies) as bigint) as copies,
        cast(sum(prompt_weeks.likes) as bigint) as likes
    from prompt_weeks
    inner join heads on prompt_weeks.prompt_id = heads.prompt_id
    inner join prompts on heads.head_id = prompts.prompt_id
    inner join people on prompts.creator_id = people.user_id
    group by prompt_weeks.period_date, people.user_id, people.user_name
)

select * from final
