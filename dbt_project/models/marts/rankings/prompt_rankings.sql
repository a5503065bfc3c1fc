with windows as (
    select * from {{ ref('int_ranking_windows') }}
),

prompts as (
    select * from {{ ref('stg_library__prompts') }}
),

people as (
    select * from {{ ref('stg_library__users') }}
),

prompt_tags as (
    select * from {{ ref('int_prompt_tags') }}
    where prompt_id = head_id
),

use_of_prompts as (
    select * from {{ ref('int_prompt_windows') }}
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
        prompts.creator_id,
        people.user_name as creator_name,
        prompts.created_at,
        coalesce(used.views, 0) as views,
        coalesce(used.unique_viewers, 0) as unique_viewers,
        case when windows.ranking_window <> 'all' then coalesce(used.viewers_before, 0) end as viewers_before,
        coalesce(used.copies, 0) as copies,
        coalesce(used.likes, 0) as likes,
        least(coalesce(used.likes, 0), coalesce(used.unique_viewers, 0)) as likes_by_viewers
    from windows
    cross join prompts
    left join people on prompts.creator_id = people.user_id
    left join use_of_prompts as used
        on windows.ranking_window = used.ranking_window and prompts.prompt_id = used.prompt_id
),

tag_rates as (
    select
        counted.ranking_window,
        prompt_tags.tag_id,
        sum(counted.likes_by_viewers) as likes,
        sum(counted.unique_viewers) as viewers
    from counted
    inner join prompt_tags on counted.prompt_id = prompt_tags.prompt_id
    group by counted.ranking_window, prompt_tags.tag_id
),

-- Of the other prompts alone: a prompt is no evidence of what to expect of itself. Prompts without tags are here too:
-- the planner takes few prompts to be their own heads, and would join all prompts with a few by comparing each pair.
priors as (
    select
        counted.ranking_window,
        counted.prompt_id,
        cast(sum(tag_rates.likes - counted.likes_by_viewers) as bigint) as prior_likes,
        cast(sum(tag_rates.viewers - counted.unique_viewers) as bigint) as prior_viewers
    from counted
    left join prompt_tags on counted.prompt_id = prompt_tags.prompt_id
    left join tag_rates
        on counted.ranking_window = tag_rates.ranking_window and prompt_tags.tag_id = tag_rates.tag_id
    group by counted.ranking_window, counted.prompt_id
),

library_rates as (
    select
        ranking_window,
        coalesce(
            cast(sum(likes_by_viewers) as double precision) / nullif(sum(unique_viewers), 0), 0
        ) as library_like_rate
    from counted
    group by ranking_window
),

expected as (
    select
        counted.*,
        library_rates.library_like_rate,
        coalesce(priors.prior_likes, 0) as prior_likes,
        coalesce(priors.prior_viewers, 0) as prior_viewers,
        {{ bayesian_average(
            'coalesce(priors.prior_likes, 0)', 'coalesce(priors.prior_viewers, 0)', 'library_rates.library_like_rate'
        ) }} as prior_like_rate
    from counted
    inner join library_rates on counted.ranking_window = library_rates.ranking_window
    left join priors
        on counted.ranking_window = priors.ranking_window and counted.prompt_id = priors.prompt_id
),

scored as (
    select
        *,
        {{ hot_likes('likes') }} as hot_likes,
        {{ hot_age('created_at') }} as hot_age,
        {{ hot('likes', 'created_at') }} as hot_score,
        {{ wilson_lower_bound('likes_by_viewers', 'unique_viewers') }} as best_score,
        {{ rising('unique_viewers', 'viewers_before') }} as rising_score,
        {{ bayesian_average('likes_by_viewers', 'unique_viewers', 'prior_like_rate') }} as bayesian_score
    from expected
),

final as (
    select
        ranking_window,
        prompt_id,
        title,
        agent_type,
        access,
        language,
        creator_id,
        creator_name,
        created_at,
        views,
        unique_viewers,
        viewers_before,
        copies,
        likes,
        likes_by_viewers,
        cast(likes as double precision) / nullif(unique_viewers, 0) as like_rate,
        hot_likes,
        hot_age,
        hot_score,
        best_score,
        rising_score,
        library_like_rate,
        prior_likes,
        prior_viewers,
        prior_like_rate,
        bayesian_score,
        {{ rank_in_window('likes') }} as like_rank,
        {{ rank_in_window('hot_score') }} as hot_rank,
        {{ rank_in_window('best_score') }} as best_rank,
        {{ rank_in_window('rising_score') }} as rising_rank,
        {{ rank_in_window('bayesian_score') }} as bayesian_rank,
        as_of
    from scored
)

select * from final
