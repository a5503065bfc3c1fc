with source as (
    select * from {{ source('library', 'user_prompt_likes') }}
),

renamed as (
    select
        user_id,
        prompt_id,
        liked_at
    from source
)

select * from renamed
