{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_changed_periods('week') }}",
        indexes=[{'columns': ['period_date', 'revision']}]
    )
}}

with weeks as (
    select * from {{ periods_to_build('week') }} as changed
),

people as (
    select * from {{ ref('stg_library__users') }}
    where not is_contributor
),

active_people as (
    select distinct
        {{ first_day_of('week', 'activity_date') }} as period_date,
        user_id
    from {{ ref('int_viewer_days') }}
    where
        user_id is not null
        and not is_bot
        and activity_date >= (select min(weeks.period_date) from weeks)
        and activity_date < (select max(weeks.period_date) + 7 from weeks)
),

cohorts as (
    select
        active_people.period_date,
        {{ first_day_of('week', utc_day('people.created_at')) }} as signup_week,
        count(*) as active_people
    from active_people
    inner join people on active_people.user_id = people.user_id
    group by 1, 2
),

final as (
    select
        weeks.period_date,
        cohorts.signup_week,
        coalesce(cohorts.active_people, 0) as active_people,
        weeks.revision
    from weeks
    left join cohorts on weeks.period_date = cohorts.period_date
)

select * from final
