with spans as (
    select * from {{ ref('stg_library__subscriptions') }}
),

plans as (
    select * from {{ ref('stg_library__plans') }}
),

-- A day counts by its end: that on which a span ended is the first without it.
dated as (
    select
        spans.user_id,
        {{ utc_day('spans.started_at') }} as from_date,
        {{ utc_day('spans.ended_at') }} as until_date
    from spans
    inner join plans on spans.plan_code = plans.plan_code
    where
        plans.tier = 'PRO'
        and spans.status in ('TRIALING', 'ACTIVE', 'PAST_DUE')
),

final as (
    select * from dated
    where until_date is null or from_date < until_date
)

select * from final
