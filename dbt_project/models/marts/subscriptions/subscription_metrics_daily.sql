with person_days as (
    select * from {{ ref('int_subscription_days') }}
),

totals as (
    select
        metric_date,
        currency,
        count(*) filter (where not is_trial) as paying_people,
        count(*) filter (where is_trial) as trialing_people,
        sum(monthly_recurring_revenue) as monthly_recurring_revenue
    from person_days
    group by 1, 2
),

-- Each person's day beside their day before, so that a change is one row.
changes as (
    select
        coalesce(today.metric_date, yesterday.metric_date + 1) as metric_date,
        coalesce(today.currency, yesterday.currency) as currency,
        coalesce(today.is_trial, false) as is_trial,
        coalesce(yesterday.is_trial, false) as was_trial,
        today.user_id is not null and not today.is_trial as is_paying,
        yesterday.user_id is not null and not yesterday.is_trial as was_paying
    from person_days as today
    full join person_days as yesterday
        on
            today.user_id = yesterday.user_id
            and today.currency = yesterday.currency
            and today.metric_date = yesterday.metric_date + 1
),

movements as (
    select
        metric_date,
        currency,
        count(*) filter (where is_paying and not was_paying) as started_paying,
        count(*) filter (where was_paying and not is_paying) as stopped_paying,
        count(*) filter (where is_trial and not was_trial) as trials_started,
        count(*) filter (where was_trial and is_paying) as trials_converted
    from changes
    group by 1, 2
),

days as (
    select cast(day_start as date) as metric_date
    from (select min(metric_date) as first_date from person_days) as bounds
    cross join lateral generate_series(first_date, {{ current_day() }}, interval '1 day') as day_start
),

currencies as (
    select distinct currency from person_days
),

final as (
    select
        days.metric_date,
        cast(currencies.currency as text) as currency,
        coalesce(totals.paying_people, 0) as paying_people,
        coalesce(totals.trialing_people, 0) as trialing_people,
        cast(round(coalesce(totals.monthly_recurring_revenue, 0), 2) as numeric(18, 2)) as monthly_recurring_revenue,
        cast(
            round(totals.monthly_recurring_revenue / nullif(totals.paying_people, 0), 2) as numeric(18, 2)
        ) as average_revenue_per_payer,
        coalesce(movements.started_paying, 0) as started_paying,
        coalesce(movements.stopped_paying, 0) as stopped_paying,
        coalesce(movements.trials_started, 0) as trials_started,
        coalesce(movements.trials_converted, 0) as trials_converted
    from days
    cross join currencies
    left join totals on days.metric_date = totals.metric_date and currencies.currency = totals.currency
    left join movements on days.metric_date = movements.metric_date and currencies.currency = movements.currency
)

select * from final
