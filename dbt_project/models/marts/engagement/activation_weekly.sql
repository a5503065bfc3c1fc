with people as (
    select * from {{ ref('stg_library__users') }}
    where not is_contributor
),

ledger_days as (
    select * from {{ ref('int_activity_days') }}
),

activations as (
    select
        user_id,
        min(first_used_at) as activated_at
    from {{ ref('int_person_activations') }}
    group by user_id
),

bounds as (
    select
        {{ utc_midnight('min(activity_date)') }} as starts_at,
        {{ utc_midnight(last_complete_day() ~ ' + 1') }} as ends_at
    from ledger_days
),

followed as (
    select
        {{ first_day_of('week', utc_day('people.created_at')) }} as signup_week,
        people.created_at + {{ activation_time() }} <= bounds.ends_at as is_matured,
        cast(extract(epoch from activations.activated_at - people.created_at) as double precision) / 3600
            as hours_to_activation
    from people
    inner join bounds on people.created_at >= bounds.starts_at
    left join activations on people.user_id = activations.user_id
),

counted as (
    select
        signup_week,
        count(*) as people,
        count(*) filter (where is_matured) as matured_people,
        count(hours_to_activation) filter (where is_matured) as activated_people,
        percentile_cont(0.5) within group (order by hours_to_activation) filter (where is_matured)
            as median_hours_to_activation,
        percentile_cont(0.9) within group (order by hours_to_activation) filter (where is_matured)
            as p90_hours_to_activation
    from followed
    group by signup_week
),

final as (
    select
        signup_week,
        people,
        matured_people,
        activated_people,
        {{ ratio('activated_people', 'matured_people') }} as activation_rate,
        median_hours_to_activation,
        p90_hours_to_activation
    from counted
)

select * from final
