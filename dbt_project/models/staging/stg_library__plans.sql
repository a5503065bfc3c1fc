with source as (
    select * from {{ source('library', 'plans') }}
),

renamed as (
    select
        code as plan_code,
        tier,
        billing_interval
    from source
)

select * from renamed
