with source as (
    select * from {{ source('library', 'refunds') }}
),

renamed as (
    select
        charge_id,
        user_id,
        refunded_at,
        amount,
        currency
    from source
)

select * from renamed
