with trials as (
    select * from {{ ref('int_subscription_trials') }}
),

judged as (
    select
        {{ first_day_of('week', 'started_on') }} as cohort_week,
        ended_on < {{ current_day() }} - {{ var('trial_conversion_days') }} as is_matured,
        converted_on
    from trials
),

counted as (
    select
        cohort_week,
        count(*) as trials,
        count(*) filter (where is_matured) as matured_trials,
        count(converted_on) filter (where is_matured) as converted_trials
    from judged
    group by cohort_week
),

final as (
    select
        cohort_week,
        trials,
        matured_trials,
        converted_trials,
        cohort_week + 7 <= {{ current_day() }} and matured_trials = trials as is_complete,
        cast(converted_trials as double precision) / nullif(matured_trials, 0) as conversion_rate
    from counted
)

select * from final
