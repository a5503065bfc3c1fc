with source as (
    select * from {{ source('library', 'prompt_tags') }}
),

renamed as (
    select
        prompt_id,
        tag_id
    from source
)

select * from renamed
