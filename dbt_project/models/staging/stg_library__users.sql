with source as (
    -- Column by column: this role may not read e-mail addresses and password hashes.
    select
        id,
        external_id,
        name,
        role,
        subscription_status,
        created_at
    from {{ source('library', 'users') }}
),

renamed as (
    select
        id as user_id,
        name as user_name,
        {{ is_contributor('external_id') }} as is_contributor,
        role,
        subscription_status,
        created_at
    from source
)

select * from renamed
