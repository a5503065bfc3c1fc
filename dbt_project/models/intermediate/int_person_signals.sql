{{ config(materialized='view') }}

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

signals as (
    select
        user_id,
        prompt_id,
        cast(1 as double precision) as strength,
        liked_at as signalled_at
    from likes
    union all
    select
        viewer_days.user_id,
        prompt_heads.head_id,
        case
            when viewer_days.copies > 0 then cast({{ var('copy_signal') }} as double precision)
            else cast({{ var('view_signal') }} as double precision)
        end,
        {{ utc_midnight('viewer_days.activity_date') }}
    from viewer_days
    inner join prompt_heads on viewer_days.prompt_id = prompt_heads.prompt_id
    where viewer_days.copies > 0 or viewer_days.views > 0
),

-- Who views, copies and likes a prompt says once that it suits them: the strongest word counts.
pairs as (
    select
        user_id,
        prompt_id,
        max(strength) as strength,
        max(signalled_at) as signalled_at
    from signals
    where strength > 0
    group by user_id, prompt_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_id order by strength desc, signalled_at desc, prompt_id asc
        ) as signal_rank
    from pairs
),

final as (
    select
        user_id,
        prompt_id,
        strength
    from ranked
    where signal_rank <= {{ var('signals_considered_per_person') }}
)

select * from final
