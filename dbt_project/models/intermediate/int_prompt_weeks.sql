{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_periods('week') }}",
        indexes=[{'columns': ['period_date', 'revision']}]
    )
}}

with weeks as (
    select * from {{ periods_to_build('week') }} as changed
),

counted as (
    select
        {{ first_day_of('week', 'activity_date') }} as period_date,
        prompt_id,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        count(distinct user_id) filter (where likes_given > 0) as likes
    from {{ ref('int_prompt_viewer_days') }}
    where
        (views > 0 or copies > 0 or likes_given > 0)
        and activity_date >= (select min(weeks.period_date) from weeks)
        and activity_date <= (select max(weeks.period_date) + 6 from weeks)
    group by 1, 2
),

final as (
    select
        weeks.period_date,
        counted.prompt_id,
        coalesce(counted.views, 0) as views,
        coalesce(counted.copies, 0) as copies,
        coalesce(counted.likes, 0) as likes,
        weeks.revision
    from weeks
    left join counted on weeks.period_date = counted.period_date
)

select * from final
