with spans as (
    select * from {{ ref('int_subscription_spans') }}
),

trial_spans as (
    select
        *,
        coalesce(lag(ended_at) over (partition by user_id order by started_at) <> started_at, true) as is_beginning
    from spans
    where is_trial
),

numbered as (
    select
        *,
        count(*) filter (where is_beginning) over (partition by user_id order by started_at) as trial_number
    from trial_spans
),

-- A trial that was prolonged is one.
trials as (
    select
        user_id,
        trial_number,
        min(started_at) as started_at,
        min(started_on) as started_on,
        max(ended_on) as ended_on
    from numbered
    group by user_id, trial_number
),

payments as (
    select
        user_id,
        started_at,
        started_on
    from spans
    where not is_trial
),

final as (
    select
        trials.user_id,
        trials.trial_number,
        trials.started_on,
        trials.ended_on,
        min(payments.started_on) as converted_on
    from trials
    left join payments
        on
            trials.user_id = payments.user_id
            and payments.started_at >= trials.started_at
            and payments.started_on - {{ var('trial_conversion_days') }} <= trials.ended_on
    group by trials.user_id, trials.trial_number, trials.started_on, trials.ended_on
)

select * from final
