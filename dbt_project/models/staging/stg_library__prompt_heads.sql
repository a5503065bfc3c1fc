with source as (
    select * from {{ source('library', 'prompts') }}
),

-- What happened to a prompt that was merged into another counts for that other, unless that is archived itself.
renamed as (
    select
        source.id as prompt_id,
        heads.id as head_id
    from source
    inner join source as heads on coalesce(source.merged_into, source.id) = heads.id
    where heads.archived_at is null
)

select * from renamed
