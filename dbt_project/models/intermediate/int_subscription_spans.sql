with spans as (
    select * from {{ ref('stg_library__subscriptions') }}
),

plans as (
    select * from {{ ref('stg_library__plans') }}
),

rates as (
    select * from {{ ref('currency_rates') }}
),

pro as (
    select
        spans.subscription_span_id,
        spans.user_id,
        spans.plan_code,
        spans.is_trial,
        cast(spans.currency as text) as currency,
        {{ monthly_amount('spans.amount', 'spans.billing_interval', 'spans.interval_count') }} as monthly_price,
        spans.started_at,
        spans.ended_at
    from spans
    inner join plans on spans.plan_code = plans.plan_code
    where
        plans.tier = 'PRO'
        and spans.status in ('TRIALING', 'ACTIVE', 'PAST_DUE')
        and (spans.is_trial or spans.amount > 0)
        and exists (select 1 from rates where rates.currency = spans.currency)
),

-- A short gap is none: the span before it lasts until the next one begins.
bridged as (
    select
        subscription_span_id,
        user_id,
        plan_code,
        is_trial,
        currency,
        monthly_price,
        started_at,
        case
            when
                lead(started_at) over by_time
                <= ended_at + make_interval(hours => {{ var('subscription_gap_hours') }})
                then lead(started_at) over by_time
            else ended_at
        end as ended_at
    from pro
    window by_time as (partition by user_id, is_trial order by started_at)
),

days as (
    select
        *,
        {{ utc_day('started_at') }} as started_on,
        -- What is to end after today lasts, as far as is known today.
        case
            when {{ utc_day('ended_at') }} <= {{ current_day() }} then {{ utc_day('ended_at') }}
            else cast('infinity' as date)
        end as ended_on
    from bridged
),

-- Who paid for some hours between two midnights paid at no day's end; a trial counts however short it was.
final as (
    select * from days
    where
        started_on <= {{ current_day() }}
        and (is_trial or started_on < ended_on)
)

select * from final
