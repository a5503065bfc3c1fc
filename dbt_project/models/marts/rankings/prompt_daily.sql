{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days(dropped=true) }}",
        indexes=[
            {'columns': ['activity_date', 'revision']},
            {'columns': ['prompt_id', 'activity_date'], 'unique': true}
        ]
    )
}}

with days as (
    select * from {{ days_to_build(dropped=true) }} as changed
),

prompt_days as (
    select * from {{ ref('int_prompt_days') }}
),

final as (
    select
        days.activity_date,
        prompt_days.prompt_id,
        prompt_days.views,
        prompt_days.copies,
        prompt_days.likes,
        days.revision
    from days
    inner join prompt_days on days.activity_date = prompt_days.activity_date
)

select * from final
