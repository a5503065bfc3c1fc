with source as (
    select * from {{ source('library', 'activity_events') }}
),

renamed as (
    select
        event_id,
        occurred_at,
        event_type,
        user_id,
        prompt_id,
        query,
        result_count,
        position
    from source
)

select * from renamed
