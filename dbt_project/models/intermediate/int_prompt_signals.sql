{{ config(materialized='view', tags=['lake', 'lake_only']) }}

with likes as (
    select * from {{ ref('int_prompt_likes') }}
),

prompt_heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

viewer_days as (
    select * from {{ ref('int_prompt_viewer_days') }}
    where user_id is not null
),

final as (
    select
        user_id,
        prompt_id,
        cast(1 as {{ double() }}) as strength,
        liked_at as signalled_at
    from likes
    union all
    select
        viewer_days.user_id,
        prompt_heads.head_id,
        case
            when viewer_days.copies > 0 then cast({{ var('copy_signal') }} as {{ double() }})
            else cast({{ var('view_signal') }} as {{ double() }})
        end,
        {{ utc_midnight('viewer_days.activity_date') }}
    from viewer_days
    inner join prompt_heads on viewer_days.prompt_id = prompt_heads.prompt_id
    where viewer_days.copies > 0 or viewer_days.views > 0
)

select * from final
