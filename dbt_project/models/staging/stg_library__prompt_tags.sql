with source as (
    select * from {{ source('library', 'prompt_tags') }}
),

prompts as (
    select * from {{ source('library', 'prompts') }}
),

renamed as (
    select
        source.prompt_id,
        source.tag_id
    from source
    inner join prompts on source.prompt_id = prompts.id
    where prompts.archived_at is null
)

select * from renamed
