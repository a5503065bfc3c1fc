{{ config(tags=['lake'], contract={'enforced': true}) }}

with windows as (
    select * from {{ ref('int_ranking_windows') }}
),

heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

recent as (
    select * from {{ ref('int_prompt_recent_windows') }}
),

days as (
    select * from {{ ref('int_prompt_days') }}
),

viewers as (
    select * from {{ ref('int_prompt_viewers') }}
),

likes as (
    select * from {{ ref('int_prompt_likes') }}
),

merged as (
    select * from heads
    where head_id in (select others.head_id from heads as others where others.prompt_id <> others.head_id)
),

-- Who opened several prompts that were merged into one is one viewer of it. Few are merged: only they are compared.
viewers_of_merged as (
    select distinct
        merged.head_id,
        viewers.viewer
    from viewers
    inner join merged on viewers.prompt_id = merged.prompt_id
),

viewers_of_all_time as (
    select
        heads.head_id as prompt_id,
        count(*) as unique_viewers
    from viewers
    inner join heads on viewers.prompt_id = heads.prompt_id
    where heads.head_id not in (select merged.head_id from merged)
    group by heads.head_id
    union all
    select
        head_id as prompt_id,
        count(*) as unique_viewers
    from viewers_of_merged
    group by head_id
),

use_of_all_time as (
    select
        heads.head_id as prompt_id,
        sum(days.views) as views,
        sum(days.copies) as copies
    from days
    inner join heads on days.prompt_id = heads.prompt_id
    group by heads.head_id
),

-- All time has no bounds: every like that stands is in it.
likes_of_windows as (
    select
        windows.ranking_window,
        likes.prompt_id,
        count(*) as likes
    from windows
    inner join likes
        on
            windows.ranking_window = 'all'
            or (likes.liked_at > windows.starts_at and likes.liked_at <= windows.as_of)
    group by windows.ranking_window, likes.prompt_id
),

figures as (
    select
        ranking_window,
        prompt_id,
        views,
        copies,
        unique_viewers,
        viewers_before,
        0 as likes
    from recent
    union all
    select
        'all' as ranking_window,
        prompt_id,
        views,
        copies,
        0 as unique_viewers,
        null as viewers_before,
        0 as likes
    from use_of_all_time
    union all
    select
        'all' as ranking_window,
        prompt_id,
        0 as views,
        0 as copies,
        unique_viewers,
        null as viewers_before,
        0 as likes
    from viewers_of_all_time
    union all
    select
        ranking_window,
        prompt_id,
        0 as views,
        0 as copies,
        0 as unique_viewers,
        null as viewers_before,
        likes
    from likes_of_windows
),

final as (
    select
        ranking_window,
        prompt_id,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        cast(sum(unique_viewers) as bigint) as unique_viewers,
        cast(sum(viewers_before) as bigint) as viewers_before,
        cast(sum(likes) as bigint) as likes
    from figures
    group by ranking_window, prompt_id
)

select * from final
