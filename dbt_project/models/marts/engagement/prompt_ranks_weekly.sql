with prompt_weeks as (
    select * from {{ ref('int_prompt_weeks') }}
),

heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

prompts as (
    select * from {{ ref('stg_library__prompts') }}
),

counted as (
    select
        prompt_weeks.period_date as activity_week,
        heads.head_id as prompt_id,
        cast(sum(prompt_weeks.views) as bigint) as views,
        cast(sum(prompt_weeks.copies) as bigint) as copies,
        cast(sum(prompt_weeks.likes) as bigint) as likes
    from prompt_weeks
    inner join heads on prompt_weeks.prompt_id = heads.prompt_id
    group by prompt_weeks.period_date, heads.head_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by activity_week
            order by likes desc, views desc, copies desc, prompt_id asc
        ) as like_rank,
        row_number() over (
            partition by activity_week
            order by views desc, likes desc, copies desc, prompt_id asc
        ) as view_rank
    from counted
),

final as (
    select
        ranked.activity_week,
        ranked.prompt_id,
        prompts.title,
        prompts.agent_type,
        prompts.access,
        ranked.views,
        ranked.copies,
        ranked.likes,
        ranked.like_rank,
        ranked.view_rank
    from ranked
    inner join prompts on ranked.prompt_id = prompts.prompt_id
    where least(ranked.like_rank, ranked.view_rank) <= 100
)

select * from final
