with spans as (
    select * from {{ ref('stg_library__subscriptions') }}
),

plans as (
    select * from {{ ref('stg_library__plans') }}
),

bounds as (
    select
        {{ utc_day('min(started_at)') }} as first_date,
        {{ current_day() }} as last_date
    from spans
),

days as (
    select cast(day_start as date) as metric_date
    from bounds
    cross join lateral generate_series(first_date, last_date, interval '1 day') as day_start
),

-- A person counts on a day with the span that covers the end of that day (or this moment, today).
final as (
    select
        days.metric_date,
        spans.user_id,
        spans.subscription_id,
        spans.plan_code,
        spans.currency,
        spans.is_trial,
        case when spans.is_trial then 0 else {{ monthly_amount('spans.amount', 'spans.billing_interval') }} end
            as monthly_recurring_revenue
    from days
    inner join spans
        on
            spans.started_at < least({{ utc_midnight('days.metric_date + 1') }}, now())
            and (
                spans.ended_at is null
                or spans.ended_at >= least({{ utc_midnight('days.metric_date + 1') }}, now())
            )
    inner join plans on spans.plan_code = plans.plan_code
    where
        plans.tier = 'PRO'
        and spans.status in ('TRIALING', 'ACTIVE', 'PAST_DUE')
)

select * from final
