with people as (
    select * from {{ ref('int_subscription_people') }}
),

counted as (
    select
        {{ first_day_of('month', 'signed_up_on') }} as signup_month,
        count(*) as people,
        count(first_paid_on) as paid_people,
        {% for days in [7, 30, 90] %}
            count(*) filter (where days_to_pay <= {{ days }}) as paid_within_{{ days }}_days,
        {% endfor %}
        {% for percent in [25, 50, 75, 90] %}
            percentile_cont({{ percent / 100 }}) within group (order by days_to_pay) as days_to_pay_p{{ percent }},
        {% endfor %}
        {{ current_day() }} - {{ month_after(first_day_of('month', 'min(signed_up_on)')) }} as days_over
    from people
    group by signup_month
),

-- A window's rate waits until it is over for the last who signed up in the month.
final as (
    select
        signup_month,
        people,
        paid_people,
        {% for days in [7, 30, 90] %}
            paid_within_{{ days }}_days,
            case when days_over >= {{ days }} then cast(paid_within_{{ days }}_days as double precision) / people end
                as conversion_rate_{{ days }}_days,
        {% endfor %}
        days_to_pay_p25,
        days_to_pay_p50,
        days_to_pay_p75,
        days_to_pay_p90
    from counted
)

select * from final
