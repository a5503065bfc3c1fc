with prompt_tags as (
    select * from {{ ref('stg_library__prompt_tags') }}
),

tags as (
    select * from {{ ref('stg_library__tags') }}
),

activity as (
    select * from {{ ref('int_prompt_activity_daily') }}
),

likes as (
    select * from {{ ref('int_prompt_likes_daily') }}
),

supply as (
    select
        tag_id,
        count(*) as prompts
    from prompt_tags
    group by 1
),

demand as (
    select
        prompt_id,
        activity_date,
        views,
        copies,
        0 as likes
    from activity
    union all
    select
        prompt_id,
        activity_date,
        0 as views,
        0 as copies,
        likes
    from likes
),

tag_days as (
    select
        prompt_tags.tag_id,
        demand.activity_date,
        sum(demand.views) as views,
        sum(demand.copies) as copies,
        sum(demand.likes) as likes
    from demand
    inner join prompt_tags on demand.prompt_id = prompt_tags.prompt_id
    group by 1, 2
),

final as (
    select
        tag_days.tag_id,
        tags.tag_name,
        tag_days.activity_date,
        supply.prompts,
        cast(tag_days.views as bigint) as views,
        cast(tag_days.copies as bigint) as copies,
        cast(tag_days.likes as bigint) as likes,
        coalesce(
            cast(tag_days.views as double precision)
            / nullif(sum(tag_days.views) over (partition by tag_days.activity_date), 0),
            0
        ) as share_of_views,
        row_number() over (
            partition by tag_days.activity_date
            order by tag_days.views desc, tag_days.likes desc, tags.tag_name collate "C"  -- noqa: RF02
        ) as popularity_rank
    from tag_days
    inner join tags on tag_days.tag_id = tags.tag_id
    inner join supply on tag_days.tag_id = supply.tag_id
)

select * from final
