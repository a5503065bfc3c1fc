with prompts as (
    select * from {{ ref('stg_library__prompts') }}
),

people as (
    select * from {{ ref('stg_library__users') }}
),

events as (
    select * from {{ ref('stg_library__activity_events') }}
    where event_type in ('view', 'copy')
),

likes as (
    select * from {{ ref('stg_library__user_prompt_likes') }}
),

windows as (
    select
        period.ranking_window,
        {{ ledger_moment() }} as as_of,
        {{ ledger_moment() }} - period.length as starts_at
    from (
        values
        ('24h', interval '24 hours'), ('7d', interval '7 days'), ('30d', interval '30 days'), ('all', null)
    ) as period (ranking_window, length)
),

use_of_prompts as (
    select
        windows.ranking_window,
        events.prompt_id,
        count(*) filter (where events.event_type = 'view') as views,
        count(distinct events.user_id) filter (where events.event_type = 'view') as known_viewers,
        count(*) filter (where events.event_type = 'copy') as copies
    from windows
    inner join events on windows.starts_at is null or events.occurred_at > windows.starts_at
    group by 1, 2
),

likes_of_prompts as (
    select
        windows.ranking_window,
        likes.prompt_id,
        count(*) as likes
    from windows
    inner join likes on windows.starts_at is null or likes.liked_at > windows.starts_at
    group by 1, 2
),

counted as (
    select
        windows.ranking_window,
        windows.as_of,
        prompts.prompt_id,
        prompts.title,
        prompts.agent_type,
        prompts.access,
        prompts.language,
        people.user_name as creator_name,
        coalesce(use_of_prompts.views, 0) as views,
        coalesce(use_of_prompts.known_viewers, 0) as known_viewers,
        coalesce(use_of_prompts.copies, 0) as copies,
        coalesce(likes_of_prompts.likes, 0) as likes
    from windows
    cross join prompts
    left join people on prompts.creator_id = people.user_id
    left join use_of_prompts
        on windows.ranking_window = use_of_prompts.ranking_window and prompts.prompt_id = use_of_prompts.prompt_id
    left join likes_of_prompts
        on windows.ranking_window = likes_of_prompts.ranking_window and prompts.prompt_id = likes_of_prompts.prompt_id
),

final as (
    select
        ranking_window,
        prompt_id,
        title,
        agent_type,
        access,
        language,
        creator_name,
        views,
        known_viewers,
        copies,
        likes,
        cast(likes as double precision) / nullif(known_viewers, 0) as like_rate,
        row_number() over (
            partition by ranking_window
            order by likes desc, known_viewers desc, views desc, copies desc, prompt_id asc
        ) as like_rank,
        as_of
    from counted
)

select * from final
