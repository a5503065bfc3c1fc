with source as (
    select * from {{ source('library', 'prompt_collections') }}
),

renamed as (
    -- A collection may hold a prompt under several keys.
    select distinct
        prompt_id,
        collection_id,
        collection_name
    from source
)

select * from renamed
