with source as (
    select * from {{ source('library', 'prompts') }}
),

renamed as (
    select
        id as prompt_id,
        title,
        agent_type,
        access,
        language,
        created_by as creator_id,
        created_at
    from source
    where archived_at is null
)

select * from renamed
