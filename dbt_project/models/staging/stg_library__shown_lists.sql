with source as (
    select * from {{ source('library', 'shown_lists') }}
),

renamed as (
    select
        list_id,
        shown_at,
        surface,
        user_id,
        coalesce('u' || user_id, '-') as viewer
    from source
)

select * from renamed
