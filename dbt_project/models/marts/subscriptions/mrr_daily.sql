with movements as (
    select * from {{ ref('int_subscription_movements') }}
),

trials as (
    select * from {{ ref('int_subscription_trials') }}
),

refunds as (
    select * from {{ ref('stg_library__refunds') }}
),

rates as (
    select * from {{ ref('int_subscription_rates') }}
),

movements_by_day as (
    select
        movement_date as metric_date,
        {% for movement in ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'exchange'] %}
            coalesce(sum(mrr_change) filter (where movement = '{{ movement }}'), 0) as {{ movement }}_mrr,
        {% endfor %}
        sum(mrr_change) as mrr_change,
        count(*) filter (where movement = 'new') as new_people,
        count(*) filter (where movement = 'reactivation') as reactivated_people,
        count(*) filter (where movement = 'churn') as churned_people,
        sum(people_change) as people_change
    from movements
    group by movement_date
),

trial_changes as (
    select
        started_on as metric_date,
        1 as started,
        0 as converted,
        1 as people_change
    from trials
    union all
    select
        ended_on as metric_date,
        0 as started,
        0 as converted,
        -1 as people_change
    from trials
    where ended_on < 'infinity'
    union all
    select
        converted_on as metric_date,
        0 as started,
        1 as converted,
        0 as people_change
    from trials
    where converted_on is not null
),

trials_by_day as (
    select
        metric_date,
        sum(started) as trials_started,
        sum(converted) as trials_converted,
        sum(people_change) as people_change
    from trial_changes
    group by metric_date
),

-- Money given back changes no MRR: what a subscription costs is as before.
refunds_by_day as (
    select
        {{ utc_day('refunds.refunded_at') }} as metric_date,
        count(*) as refunds,
        sum(round(refunds.amount * rates.usd_per_unit, 2)) as refunded
    from refunds
    inner join rates
        on
            refunds.currency = rates.currency
            and {{ utc_day('refunds.refunded_at') }} >= rates.valid_from
            and {{ utc_day('refunds.refunded_at') }} < rates.valid_until
    group by metric_date
),

-- Counted in whole numbers: in some time zones a server has days without a midnight.
days as (
    select first_date + day_number as metric_date
    from (
        select
            least(
                (select min(movements_by_day.metric_date) from movements_by_day),
                (select min(trials_by_day.metric_date) from trials_by_day)
            ) as first_date
    ) as bounds
    cross join lateral generate_series(0, {{ current_day() }} - first_date) as day_number
),

running as (
    select
        days.metric_date,
        movements_by_day.new_mrr,
        movements_by_day.expansion_mrr,
        movements_by_day.contraction_mrr,
        movements_by_day.churn_mrr,
        movements_by_day.reactivation_mrr,
        movements_by_day.exchange_mrr,
        movements_by_day.mrr_change,
        coalesce(sum(movements_by_day.mrr_change) over by_time, 0) as mrr,
        movements_by_day.new_people,
        movements_by_day.reactivated_people,
        movements_by_day.churned_people,
        coalesce(sum(movements_by_day.people_change) over by_time, 0) as paying_people,
        trials_by_day.trials_started,
        trials_by_day.trials_converted,
        refunds_by_day.refunds,
        refunds_by_day.refunded,
        coalesce(sum(trials_by_day.people_change) over by_time, 0) as trialing_people
    from days
    left join movements_by_day on days.metric_date = movements_by_day.metric_date
    left join trials_by_day on days.metric_date = trials_by_day.metric_date
    left join refunds_by_day on days.metric_date = refunds_by_day.metric_date
    window by_time as (order by days.metric_date)
),

final as (
    select
        metric_date,
        metric_date < {{ current_day() }} as is_complete,
        cast(mrr - coalesce(mrr_change, 0) as numeric(18, 2)) as opening_mrr,
        {% for movement in ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'exchange'] %}
            cast(coalesce({{ movement }}_mrr, 0) as numeric(18, 2)) as {{ movement }}_mrr,
        {% endfor %}
        cast(mrr as numeric(18, 2)) as mrr,
        coalesce(new_people, 0) as new_people,
        coalesce(reactivated_people, 0) as reactivated_people,
        coalesce(churned_people, 0) as churned_people,
        cast(paying_people as bigint) as paying_people,
        cast(round(mrr / nullif(paying_people, 0), 2) as numeric(18, 2)) as arpu,
        cast(coalesce(trials_started, 0) as bigint) as trials_started,
        cast(coalesce(trials_converted, 0) as bigint) as trials_converted,
        cast(trialing_people as bigint) as trialing_people,
        coalesce(refunds, 0) as refunds,
        cast(coalesce(refunded, 0) as numeric(18, 2)) as refunded
    from running
)

select * from final
