with people as (
    select * from {{ ref('stg_library__users') }}
    where not is_contributor
),

ledger_days as (
    select * from {{ ref('int_activity_days') }}
),

periods as (
    select * from {{ ref('int_viewer_periods') }}
),

cohort_weeks as (
    select * from {{ ref('int_person_cohort_weeks') }}
),

bounds as (
    select
        min(activity_date) as first_date,
        {{ last_complete_day() }} as last_date
    from ledger_days
),

complete_weeks as (
    select periods.period_date as activity_week
    from periods
    inner join bounds on periods.period_date >= bounds.first_date and periods.period_date + 6 <= bounds.last_date
    where periods.period = 'week'
),

cohorts as (
    select
        {{ first_day_of('week', utc_day('created_at')) }} as signup_week,
        count(*) as people
    from people
    group by 1
),

final as (
    select
        cohorts.signup_week,
        (complete_weeks.activity_week - cohorts.signup_week) / 7 as week_number,
        complete_weeks.activity_week,
        cohorts.people,
        coalesce(cohort_weeks.active_people, 0) as active_people,
        {{ ratio('coalesce(cohort_weeks.active_people, 0)', 'cohorts.people') }} as retention_rate
    from cohorts
    inner join complete_weeks on cohorts.signup_week <= complete_weeks.activity_week
    left join cohort_weeks
        on
            cohorts.signup_week = cohort_weeks.signup_week
            and complete_weeks.activity_week = cohort_weeks.period_date
)

select * from final
