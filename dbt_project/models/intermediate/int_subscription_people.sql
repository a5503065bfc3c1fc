-- Column by column: the warehouse may not read e-mail addresses and password hashes.
with accounts as (
    select
        id as user_id,
        {{ utc_day('created_at') }} as signed_up_on
    from {{ source('library', 'users') }}
    -- The author of an imported collection cannot sign in, so cannot buy.
    where not {{ is_contributor('external_id') }}
),

first_payments as (
    select
        user_id,
        min(movement_date) as first_paid_on
    from {{ ref('int_subscription_movements') }}
    where movement = 'new'
    group by user_id
),

final as (
    select
        accounts.user_id,
        accounts.signed_up_on,
        first_payments.first_paid_on,
        -- Who brought a subscription along paid on the day they signed up.
        case
            when first_payments.first_paid_on is not null
                then greatest(first_payments.first_paid_on - accounts.signed_up_on, 0)
        end as days_to_pay
    from accounts
    left join first_payments on accounts.user_id = first_payments.user_id
)

select * from final
