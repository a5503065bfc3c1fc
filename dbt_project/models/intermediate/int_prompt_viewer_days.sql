{{
    config(
        tags=['lake', 'lake_only'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[
            {'columns': ['activity_date', 'revision']},
            {'columns': ['prompt_id', 'viewer', 'activity_date'], 'unique': true}
        ]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

bots as {{ materialized() }} (
    {{ bots_of_days() }}
),

prompts as (
    select * from {{ source('library', 'prompts') }}
),

events as (
    select
        days.activity_date,
        days.revision,
        events.prompt_id,
        events.viewer,
        events.user_id,
        events.event_type
    from days
    {{ join_events_of_days() }}
    where events.event_type in ('view', 'copy', 'like', 'unlike', 'share', 'paywall_view')
),

-- Neither what bots do counts for a prompt, nor what its own creator does.
counted as (
    select
        events.activity_date,
        events.prompt_id,
        events.viewer,
        events.user_id,
        count(*) filter (where events.event_type = 'view') as views,
        count(*) filter (where events.event_type = 'copy') as copies,
        count(*) filter (where events.event_type = 'like') as likes_given,
        count(*) filter (where events.event_type = 'unlike') as likes_withdrawn,
        count(*) filter (where events.event_type = 'share') as shares,
        count(*) filter (where events.event_type = 'paywall_view') as paywall_views,
        events.revision
    from events
    inner join prompts on events.prompt_id = prompts.id
    left join bots on events.activity_date = bots.activity_date and events.viewer = bots.viewer
    where
        bots.viewer is null
        and events.user_id is distinct from coalesce(prompts.created_by, -1)
    group by events.activity_date, events.revision, events.prompt_id, events.viewer, events.user_id
),

final as (
    select * from counted
    {{ days_carried_over([
        'activity_date', 'prompt_id', 'viewer', 'user_id', 'views', 'copies', 'likes_given', 'likes_withdrawn',
        'shares', 'paywall_views', 'revision'
    ]) }}
)

select * from final
{{ days_together() }}
