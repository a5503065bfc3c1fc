with prompt_months as (
    select * from {{ ref('int_creator_prompt_months') }}
),

heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

prompts as (
    select * from {{ ref('stg_library__prompts') }}
    where creator_id is not null
),

periods as (
    select * from {{ ref('int_viewer_periods') }}
    where period = 'month'
),

activity as (
    select
        prompt_months.period_date as activity_month,
        prompts.creator_id,
        sum(prompt_months.views) as views,
        sum(prompt_months.likes) as likes
    from prompt_months
    inner join heads on prompt_months.prompt_id = heads.prompt_id
    inner join prompts on heads.head_id = prompts.prompt_id
    group by prompt_months.period_date, prompts.creator_id
),

-- A prompt may be older than its row in the library: what was viewed was there.
first_months as (
    select
        creator_id,
        {{ first_day_of('month', utc_day('created_at')) }} as month_date
    from prompts
    union all
    select
        creator_id,
        activity_month
    from activity
),

creators as (
    select
        creator_id,
        min(month_date) as first_month
    from first_months
    group by creator_id
),

creator_months as (
    select
        periods.period_date as activity_month,
        creators.creator_id,
        coalesce(activity.views, 0) as views,
        coalesce(activity.likes, 0) as likes
    from periods
    inner join creators on periods.period_date >= creators.first_month
    left join activity
        on periods.period_date = activity.activity_month and creators.creator_id = activity.creator_id
),

placed as (
    select
        activity_month,
        views,
        likes,
        count(*) over (partition by activity_month) as creators,
        row_number() over (partition by activity_month order by views desc, creator_id asc) as view_place,
        row_number() over (partition by activity_month order by likes desc, creator_id asc) as like_place
    from creator_months
),

final as (
    select
        activity_month,
        count(*) as creators,
        count(*) filter (where views > 0) as viewed_creators,
        count(*) filter (where likes > 0) as liked_creators,
        cast(sum(views) as bigint) as views,
        cast(sum(likes) as bigint) as likes,
        {{ top_share('views', 'view_place', 'creators', 1) }} as top_1_percent_view_share,
        {{ top_share('views', 'view_place', 'creators', 10) }} as top_10_percent_view_share,
        {{ gini('views', 'view_place', 'creators') }} as view_gini,
        {{ top_share('likes', 'like_place', 'creators', 1) }} as top_1_percent_like_share,
        {{ top_share('likes', 'like_place', 'creators', 10) }} as top_10_percent_like_share,
        {{ gini('likes', 'like_place', 'creators') }} as like_gini
    from placed
    group by activity_month
)

select * from final
