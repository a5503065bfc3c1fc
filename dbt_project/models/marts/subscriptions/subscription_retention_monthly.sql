with movements as (
    select * from {{ ref('int_subscription_movements') }}
),

first_payments as (
    select
        user_id,
        {{ first_day_of('month', 'movement_date') }} as cohort_month,
        mrr_change as first_mrr
    from movements
    where movement = 'new'
),

cohorts as (
    select
        cohort_month,
        count(*) as cohort_people,
        sum(first_mrr) as cohort_mrr
    from first_payments
    group by cohort_month
),

changes as (
    select
        first_payments.cohort_month,
        {{ first_day_of('month', 'movements.movement_date') }} as metric_month,
        sum(movements.people_change) as people_change,
        sum(movements.mrr_change) as mrr_change
    from movements
    inner join first_payments on movements.user_id = first_payments.user_id
    group by first_payments.cohort_month, metric_month
),

-- Months that are over, from the cohort's own.
months as (
    select
        cohorts.*,
        cast(month_start as date) as metric_month
    from cohorts
    cross join lateral generate_series(
        cohorts.cohort_month,
        {{ first_day_of('month', current_day()) }} - interval '1 month',
        interval '1 month'
    ) as month_start
),

running as (
    select
        months.*,
        row_number() over by_time - 1 as months_since,
        sum(coalesce(changes.people_change, 0)) over by_time as paying_people,
        sum(coalesce(changes.mrr_change, 0)) over by_time as mrr
    from months
    left join changes on months.cohort_month = changes.cohort_month and months.metric_month = changes.metric_month
    window by_time as (partition by months.cohort_month order by months.metric_month)
),

final as (
    select
        cohort_month,
        months_since,
        metric_month,
        cohort_people,
        cast(paying_people as bigint) as paying_people,
        cast(paying_people / nullif(cohort_people, 0) as double precision) as people_retention,
        cast(cohort_mrr as numeric(18, 2)) as cohort_mrr,
        cast(mrr as numeric(18, 2)) as mrr,
        cast(mrr / nullif(cohort_mrr, 0) as double precision) as revenue_retention
    from running
)

select * from final
