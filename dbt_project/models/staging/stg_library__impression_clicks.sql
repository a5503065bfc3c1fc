with source as (
    select * from {{ source('library', 'impression_clicks') }}
),

renamed as (
    select
        list_id,
        shown_at,
        prompt_id,
        action,
        clicked_at
    from source
)

select * from renamed
