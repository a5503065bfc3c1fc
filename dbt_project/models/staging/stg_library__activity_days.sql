with source as (
    select * from {{ source('library', 'activity_days') }}
),

renamed as (
    select
        activity_date,
        revision,
        events_dropped_at
    from source
)

select * from renamed
