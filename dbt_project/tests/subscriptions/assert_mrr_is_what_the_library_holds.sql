{{ config(meta={'dagster': {'ref': {'name': 'mrr_daily'}}}) }}
-- Reconciliation on the last day that is over, from the library's spans: who pays at its end, and what they pay.
with last_day as (
    select max(metric_date) as metric_date
    from {{ ref('mrr_daily') }}
    where is_complete
),

held as (
    select
        spans.user_id,
        {{ monthly_amount('spans.amount', 'spans.billing_interval', 'spans.interval_count') }}
        * rates.usd_per_unit as monthly_usd
    from last_day
    inner join {{ ref('stg_library__subscriptions') }} as spans
        on
            spans.started_at < {{ utc_midnight('last_day.metric_date + 1') }}
            and (
                spans.ended_at is null
                or spans.ended_at >= {{ utc_midnight('last_day.metric_date + 1') }}
            )
    inner join {{ ref('stg_library__plans') }} as plans on spans.plan_code = plans.plan_code
    inner join {{ ref('int_subscription_rates') }} as rates
        on
            spans.currency = rates.currency
            and last_day.metric_date >= rates.valid_from
            and last_day.metric_date < rates.valid_until
    where
        plans.tier = 'PRO'
        and spans.status in ('ACTIVE', 'PAST_DUE')
        and spans.amount > 0
),

counted as (
    select
        count(*) as paying_people,
        coalesce(sum(round(monthly_usd, 2)), 0) as mrr
    from held
),

-- In a gap so short that it is none, a person counts though their span has ended.
bridged as (
    select count(*) as people
    from {{ ref('int_subscription_spans') }} as spans
    cross join last_day
    inner join {{ ref('stg_library__subscriptions') }} as ended
        on spans.subscription_span_id = ended.subscription_span_id
    where
        not spans.is_trial
        and spans.started_on <= last_day.metric_date
        and spans.ended_on > last_day.metric_date
        and ended.ended_at < {{ utc_midnight('last_day.metric_date + 1') }}
)

select
    mrr_daily.mrr,
    counted.mrr as library_mrr,
    mrr_daily.paying_people,
    counted.paying_people as library_people
from last_day
inner join {{ ref('mrr_daily') }} as mrr_daily on last_day.metric_date = mrr_daily.metric_date
cross join counted
cross join bridged
where
    mrr_daily.paying_people <> counted.paying_people + bridged.people
    or (bridged.people = 0 and mrr_daily.mrr <> counted.mrr)
