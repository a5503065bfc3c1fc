with prompt_tags as (
    select * from {{ ref('int_prompt_tags') }}
    where prompt_id = head_id
),

tags as (
    select * from {{ ref('stg_library__tags') }}
),

tag_days as (
    select * from {{ ref('int_tag_days') }}
),

likes as (
    select * from {{ ref('int_prompt_likes') }}
),

supply as (
    select
        tag_id,
        count(*) as prompts
    from prompt_tags
    group by tag_id
),

figures as (
    select
        tag_id,
        activity_date,
        views,
        copies,
        0 as likes,
        unique_viewers,
        people
    from tag_days
    union all
    select
        prompt_tags.tag_id,
        {{ utc_day('likes.liked_at') }} as activity_date,
        0 as views,
        0 as copies,
        count(*) as likes,
        0 as unique_viewers,
        0 as people
    from likes
    inner join prompt_tags on likes.prompt_id = prompt_tags.prompt_id
    group by prompt_tags.tag_id, {{ utc_day('likes.liked_at') }}
),

counted as (
    select
        tag_id,
        activity_date,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        cast(sum(likes) as bigint) as likes,
        cast(sum(unique_viewers) as bigint) as unique_viewers,
        cast(sum(people) as bigint) as people
    from figures
    group by tag_id, activity_date
    having sum(views + copies + likes + people) > 0
),

weeks as (
    select
        *,
        activity_date - 13 >= min(activity_date) over () as has_week_before,
        sum(views) over (
            partition by tag_id order by activity_date
            range between interval '6 days' preceding and current row
        ) as views_7d,
        sum(views) over (
            partition by tag_id order by activity_date
            range between interval '13 days' preceding and interval '7 days' preceding
        ) as views_7d_before
    from counted
),

compared as (
    select
        *,
        case when has_week_before then coalesce(views_7d_before, 0) end as views_before
    from weeks
),

final as (
    select
        compared.tag_id,
        tags.tag_name,
        compared.activity_date,
        supply.prompts,
        compared.views,
        compared.copies,
        compared.likes,
        compared.unique_viewers,
        compared.people,
        coalesce(
            cast(compared.views as double precision)
            / nullif(sum(compared.views) over (partition by compared.activity_date), 0),
            0
        ) as share_of_views,
        row_number() over (
            partition by compared.activity_date
            order by compared.views desc, compared.likes desc, tags.tag_name collate "C"  -- noqa: RF02
        ) as popularity_rank,
        cast(compared.views_7d as bigint) as views_7d,
        cast(compared.views_before as bigint) as views_7d_before,
        cast(compared.views_7d - compared.views_before as double precision) / nullif(compared.views_before, 0) as trend,
        cast(compared.views as double precision) / nullif(supply.prompts, 0) as views_per_prompt
    from compared
    inner join tags on compared.tag_id = tags.tag_id
    inner join supply on compared.tag_id = supply.tag_id
)

select * from final
