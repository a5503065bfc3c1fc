{{ config(meta={'dagster': {'ref': {'name': 'tag_popularity'}}}) }}
-- Reconciliation: over all days, a tag has the views, copies and likes that its prompts have of all time.
with tags as (
    select
        tag_id,
        sum(views) as views,
        sum(copies) as copies,
        sum(likes) as likes
    from {{ ref('tag_popularity') }}
    group by tag_id
),

prompts as (
    select
        prompt_tags.tag_id,
        sum(used.views) as views,
        sum(used.copies) as copies,
        sum(used.likes) as likes
    from {{ ref('int_prompt_windows') }} as used
    inner join {{ ref('int_prompt_tags') }} as prompt_tags on used.prompt_id = prompt_tags.prompt_id
    where used.ranking_window = 'all' and prompt_tags.prompt_id = prompt_tags.head_id
    group by prompt_tags.tag_id
)

select
    coalesce(tags.tag_id, prompts.tag_id) as tag_id,
    tags.views as views_by_day,
    prompts.views as views_of_prompts
from tags
full outer join prompts on tags.tag_id = prompts.tag_id
where
    (coalesce(tags.views, 0), coalesce(tags.copies, 0), coalesce(tags.likes, 0))
    is distinct from (coalesce(prompts.views, 0), coalesce(prompts.copies, 0), coalesce(prompts.likes, 0))
