{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[{'columns': ['activity_date', 'revision']}]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

people as (
    select * from {{ ref('stg_library__users') }}
    where not is_contributor
),

bots as {{ materialized() }} (
    {{ bots_of_days() }}
),

uses as (
    select
        days.activity_date,
        events.user_id,
        events.viewer,
        events.occurred_at
    from days
    {{ join_events_of_days() }}
    where events.event_type in ('like', 'copy') and events.user_id is not null
),

counted as (
    select
        uses.activity_date,
        uses.user_id,
        min(uses.occurred_at) as first_used_at
    from uses
    inner join people
        on
            uses.user_id = people.user_id
            and uses.occurred_at >= people.created_at
            and uses.occurred_at < people.created_at + {{ activation_time() }}
    left join bots on uses.activity_date = bots.activity_date and uses.viewer = bots.viewer
    where bots.viewer is null
    group by uses.activity_date, uses.user_id
),

-- A day without any leaves a row too: it would be read again in each run.
final as (
    select
        days.activity_date,
        counted.user_id,
        counted.first_used_at,
        days.revision
    from days
    left join counted on days.activity_date = counted.activity_date
    {{ days_carried_over(['activity_date', 'user_id', 'first_used_at', 'revision']) }}
)

select * from final
