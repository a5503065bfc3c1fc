with movements as (
    select * from {{ ref('int_subscription_movements') }}
),

spans as (
    select * from {{ ref('int_subscription_spans') }}
    where not is_trial
),

running as (
    select
        user_id,
        movement_date,
        movement,
        mrr_change,
        sum(mrr_change) over by_time as mrr,
        min(movement_date) over (partition by user_id) as first_paid_on
    from movements
    -- A day's change of rates comes before what else happened on it, as it is valued at the new rate.
    window by_time as (
        partition by user_id
        order by movement_date, movement <> 'exchange'
        rows unbounded preceding
    )
),

final as (
    select
        running.user_id,
        running.movement_date,
        running.movement,
        held_before.plan_code as plan_before,
        held.plan_code as plan,
        cast(running.mrr - running.mrr_change as numeric(18, 2)) as mrr_before,
        running.mrr_change,
        cast(running.mrr as numeric(18, 2)) as mrr,
        running.first_paid_on,
        running.movement_date - running.first_paid_on as days_since_first_paid
    from running
    left join spans as held
        on
            running.user_id = held.user_id
            and held.started_on <= running.movement_date
            and held.ended_on > running.movement_date
    left join spans as held_before
        on
            running.user_id = held_before.user_id
            and held_before.started_on < running.movement_date
            and held_before.ended_on >= running.movement_date
)

select * from final
