with source as (
    select * from {{ source('library', 'user_prompt_likes') }}
),

prompts as (
    select * from {{ source('library', 'prompts') }}
),

-- Who likes a prompt that was merged into another likes that other.
renamed as (
    select
        source.user_id,
        coalesce(prompts.merged_into, prompts.id) as prompt_id,
        min(source.liked_at) as liked_at
    from source
    inner join prompts on source.prompt_id = prompts.id
    where prompts.archived_at is null or prompts.merged_into is not null
    group by 1, 2
)

select * from renamed
