{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_periods('month') }}",
        indexes=[{'columns': ['period_date', 'revision']}]
    )
}}

with months as (
    select * from {{ periods_to_build('month') }} as changed
),

counted as (
    select
        {{ first_day_of('month', 'activity_date') }} as period_date,
        prompt_id,
        cast(sum(views) as bigint) as views,
        count(distinct user_id) filter (where likes_given > 0) as likes
    from {{ ref('int_prompt_viewer_days') }}
    where
        (views > 0 or likes_given > 0)
        and activity_date >= (select min(months.period_date) from months)
        and activity_date < (select max(months.period_date) + interval '1 month' from months)
    group by 1, 2
),

final as (
    select
        months.period_date,
        counted.prompt_id,
        coalesce(counted.views, 0) as views,
        coalesce(counted.likes, 0) as likes,
        months.revision
    from months
    left join counted on months.period_date = counted.period_date
)

select * from final
