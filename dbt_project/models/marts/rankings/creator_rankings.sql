with prompts as (
    select * from {{ ref('prompt_rankings') }}
    where creator_id is not null
),

counted as (
    select
        ranking_window,
        creator_id,
        creator_name,
        as_of,
        count(*) as prompts,
        cast(sum(views) as bigint) as views,
        cast(sum(unique_viewers) as bigint) as viewers,
        cast(sum(copies) as bigint) as copies,
        cast(sum(likes) as bigint) as likes,
        cast(sum(likes_by_viewers) as bigint) as likes_by_viewers,
        max(hot_score) as top_hot_score,
        max(best_score) as top_best_score,
        max(rising_score) as top_rising_score,
        max(bayesian_score) as top_bayesian_score,
        min(best_rank) as top_best_rank
    from prompts
    group by ranking_window, creator_id, creator_name, as_of
),

scored as (
    select
        counted.*,
        top.prompt_id as top_prompt_id,
        top.title as top_prompt_title,
        {{ wilson_lower_bound('counted.likes_by_viewers', 'counted.viewers') }} as best_score
    from counted
    inner join prompts as top
        on counted.ranking_window = top.ranking_window and counted.top_best_rank = top.best_rank
),

final as (
    select
        ranking_window,
        creator_id,
        creator_name,
        prompts,
        views,
        viewers,
        copies,
        likes,
        likes_by_viewers,
        cast(likes as double precision) / nullif(viewers, 0) as like_rate,
        best_score,
        top_hot_score,
        top_best_score,
        top_rising_score,
        top_bayesian_score,
        top_prompt_id,
        top_prompt_title,
        row_number() over (
            partition by ranking_window
            order by likes desc, viewers desc, views desc, copies desc, creator_id asc
        ) as like_rank,
        row_number() over (
            partition by ranking_window
            order by best_score desc, likes desc, viewers desc, views desc, copies desc, creator_id asc
        ) as best_rank,
        as_of
    from scored
)

select * from final
