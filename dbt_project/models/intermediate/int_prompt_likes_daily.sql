with likes as (
    select * from {{ ref('stg_library__user_prompt_likes') }}
),

final as (
    select
        prompt_id,
        {{ utc_day('liked_at') }} as activity_date,
        count(*) as likes
    from likes
    group by 1, 2
)

select * from final
