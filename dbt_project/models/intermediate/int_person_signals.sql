{{ config(materialized='view', tags=['lake', 'lake_only']) }}

with signals as (
    select * from {{ ref('int_prompt_signals') }}
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
