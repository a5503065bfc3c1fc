with first_locks as (
    select
        user_id,
        min(first_paywall_on) as first_paywall_on
    from {{ ref('int_subscription_active_months') }}
    group by user_id
    having min(first_paywall_on) is not null
),

trials as (
    select
        user_id,
        started_on
    from {{ ref('int_subscription_trials') }}
),

payments as (
    select
        user_id,
        movement_date as started_on
    from {{ ref('int_subscription_movements') }}
    where movement in ('new', 'reactivation')
),

followed as (
    select
        first_locks.user_id,
        first_locks.first_paywall_on,
        min(trials.started_on) - first_locks.first_paywall_on as days_to_try,
        min(payments.started_on) - first_locks.first_paywall_on as days_to_pay
    from first_locks
    left join trials
        on first_locks.user_id = trials.user_id and trials.started_on >= first_locks.first_paywall_on
    left join payments
        on first_locks.user_id = payments.user_id and payments.started_on >= first_locks.first_paywall_on
    group by first_locks.user_id, first_locks.first_paywall_on
),

counted as (
    select
        {{ first_day_of('week', 'first_paywall_on') }} as cohort_week,
        count(*) as people,
        {% for days in [7, 30] %}
            count(*) filter (where days_to_try <= {{ days }}) as tried_within_{{ days }}_days,
            count(*) filter (where days_to_pay <= {{ days }}) as paid_within_{{ days }}_days,
            count(*) filter (where least(days_to_try, days_to_pay) <= {{ days }}) as converted_within_{{ days }}_days,
        {% endfor %}
        {{ current_day() }} - {{ first_day_of('week', 'min(first_paywall_on)') }} - 7 as days_over
    from followed
    group by cohort_week
),

-- A window's rates wait until it is over for the last who met a lock in the week.
final as (
    select
        cohort_week,
        people,
        {% for days in [7, 30] %}
            {% for step in ['tried', 'paid', 'converted'] %}
                {{ step }}_within_{{ days }}_days,
                case
                    when days_over >= {{ days }}
                        then cast({{ step }}_within_{{ days }}_days as double precision) / people
                end as {{ step }}_rate_{{ days }}_days,
            {% endfor %}
        {% endfor %}
        days_over >= 30 as is_complete
    from counted
)

select * from final
