with source as (
    select * from {{ source('library', 'subscriptions') }}
),

renamed as (
    select
        id as subscription_span_id,
        external_id as subscription_id,
        user_id,
        plan as plan_code,
        status,
        is_trial,
        started_at,
        ended_at,
        canceled_at,
        amount,
        currency,
        billing_interval,
        interval_count
    from source
)

select * from renamed
