{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_tagged_days() }}",
        indexes=[{'columns': ['activity_date', 'tag_id'], 'unique': true}]
    )
}}

with days as (
    select * from {{ tagged_days_to_build() }} as changed
),

prompt_tags as (
    select * from {{ ref('int_prompt_tags') }}
),

viewer_days as (
    select * from {{ ref('int_prompt_viewer_days') }}
),

-- A person or visit and a tag, whichever of its prompts they used.
uses as (
    select
        days.activity_date,
        prompt_tags.tag_id,
        viewer_days.viewer,
        viewer_days.user_id,
        sum(viewer_days.views) as views,
        sum(viewer_days.copies) as copies,
        sum(viewer_days.shares + viewer_days.likes_given) as other_uses,
        days.revision,
        days.tagging
    from days
    inner join viewer_days on days.activity_date = viewer_days.activity_date
    inner join prompt_tags on viewer_days.prompt_id = prompt_tags.prompt_id
    group by
        days.activity_date, days.revision, days.tagging, prompt_tags.tag_id, viewer_days.viewer, viewer_days.user_id
),

final as (
    select
        activity_date,
        tag_id,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        count(*) filter (where views > 0 and viewer <> '-') as unique_viewers,
        count(*) filter (where user_id is not null and views + copies + other_uses > 0) as people,
        revision,
        tagging
    from uses
    group by activity_date, revision, tagging, tag_id
)

select * from final
