{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed('activity_date', followed_days_to_build()) }}",
        indexes=[{'columns': ['activity_date', 'revision']}]
    )
}}

-- depends_on: {{ ref('int_activity_days') }}
with days as (
    select * from {{ followed_days_to_build() }} as changed
),

bots as {{ materialized() }} (
    {{ bots_of_days() }}
),

lists as (
    select
        days.activity_date,
        lists.*
    from days
    {{ join_lists_of_days() }}
    left join bots on days.activity_date = bots.activity_date and lists.viewer = bots.viewer
    where bots.viewer is null
),

impressions as (
    select
        lists.activity_date,
        lists.surface,
        impressions.reason,
        lists.user_id is not null as is_of_person,
        exists(
            select 1 from {{ ref('stg_library__impression_clicks') }} as clicks
            where
                clicks.shown_at = impressions.shown_at
                and clicks.list_id = impressions.list_id
                and clicks.prompt_id = impressions.prompt_id
        ) as is_clicked,
        exists(
            select 1 from {{ ref('stg_library__activity_events') }} as likes
            where
                likes.event_type = 'like'
                and likes.user_id = lists.user_id
                and likes.prompt_id = impressions.prompt_id
                and likes.occurred_at >= impressions.shown_at
                and likes.occurred_at < impressions.shown_at + {{ like_follows_within() }}
        ) as is_liked
    from lists
    inner join {{ ref('stg_library__impressions') }} as impressions
        on lists.shown_at = impressions.shown_at and lists.list_id = impressions.list_id
),

counted as (
    select
        activity_date,
        surface,
        reason,
        count(*) as impressions,
        count(*) filter (where is_clicked) as clicked_impressions,
        count(*) filter (where is_of_person) as people_impressions,
        count(*) filter (where is_liked) as liked_impressions
    from impressions
    group by activity_date, surface, reason
),

-- A day on which nothing was shown leaves a row too: it would be read again in each run.
final as (
    select
        days.activity_date,
        counted.surface,
        counted.reason,
        coalesce(counted.impressions, 0) as impressions,
        coalesce(counted.clicked_impressions, 0) as clicked_impressions,
        coalesce(counted.people_impressions, 0) as people_impressions,
        coalesce(counted.liked_impressions, 0) as liked_impressions,
        days.revision
    from days
    left join counted on days.activity_date = counted.activity_date
    {{ days_carried_over([
        'activity_date', 'surface', 'reason', 'impressions', 'clicked_impressions', 'people_impressions',
        'liked_impressions', 'revision'
    ]) }}
)

select * from final
