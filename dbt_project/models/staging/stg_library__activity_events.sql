with source as (
    select * from {{ source('library', 'activity_events') }}
),

merged as (
    select
        id,
        merged_into
    from {{ source('library', 'prompts') }}
    where merged_into is not null
),

-- What happened to a prompt that was merged into another counts for that other.
renamed as (
    select
        source.event_id,
        source.occurred_at,
        source.event_type,
        source.user_id,
        coalesce(merged.merged_into, source.prompt_id) as prompt_id,
        source.query,
        source.result_count,
        source.position
    from source
    left join merged on source.prompt_id = merged.id
)

select * from renamed
