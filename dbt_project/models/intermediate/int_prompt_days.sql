{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook=["{{ forget_all_without('likes') }}", "{{ forget_changed_days(dropped=true) }}"],
        indexes=[
            {'columns': ['activity_date', 'revision']},
            {'columns': ['prompt_id', 'activity_date'], 'unique': true}
        ]
    )
}}

with days as (
    select * from {{ days_to_build(dropped=true) }} as changed
),

viewers as (
    select * from {{ ref('int_prompt_viewer_days') }}
),

final as (
    select
        days.activity_date,
        viewers.prompt_id,
        cast(sum(viewers.views) as bigint) as views,
        cast(sum(viewers.copies) as bigint) as copies,
        days.revision,
        count(*) filter (where viewers.likes_given > 0) as likes
    from days
    inner join viewers on days.activity_date = viewers.activity_date
    group by days.activity_date, days.revision, viewers.prompt_id
)

select * from final
