with source as (
    select * from {{ source('library', 'impressions') }}
),

renamed as (
    select
        list_id,
        shown_at,
        prompt_id,
        place,
        reason
    from source
)

select * from renamed
