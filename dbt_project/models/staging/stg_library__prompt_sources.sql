with source as (
    -- Column by column: this role may not read the addresses and keys of sources.
    select
        prompt_id,
        collection_id
    from {{ source('library', 'prompt_sources') }}
),

collections as (
    select
        id as collection_id,
        name as collection_name
    from {{ source('library', 'collections') }}
),

renamed as (
    -- A collection may hold a prompt under several keys.
    select distinct
        source.prompt_id,
        collections.collection_id,
        collections.collection_name
    from source
    inner join collections on source.collection_id = collections.collection_id
)

select * from renamed
