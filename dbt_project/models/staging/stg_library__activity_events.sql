with source as (
    select * from {{ source('library', 'activity_events') }}
),

-- A viewer is a person who signed in, or else a visit; '-' where the event tells neither.
renamed as (
    select
        event_id,
        occurred_at,
        event_type,
        user_id,
        session_id,
        coalesce('u' || user_id, 's' || session_id, '-') as viewer,
        prompt_id,
        query,
        result_count,
        position
    from source
)

select * from renamed
