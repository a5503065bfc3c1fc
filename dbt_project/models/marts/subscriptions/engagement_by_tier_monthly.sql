with active_months as (
    select
        *,
        least({{ month_after('activity_month') }}, {{ current_day() }} + 1) as month_end
    from {{ ref('int_subscription_active_months') }}
),

spans as (
    select * from {{ ref('int_subscription_spans') }}
),

-- How many of the month's days, so far, a person held Pro, and paid for it.
held as (
    select
        active_months.activity_month,
        active_months.month_end,
        active_months.user_id,
        active_months.active_days,
        active_months.views,
        active_months.copies,
        active_months.likes,
        count(spans.user_id) as pro_spans,
        coalesce(
            sum(
                least(spans.ended_on, active_months.month_end)
                - greatest(spans.started_on, active_months.activity_month)
            ) filter (where not spans.is_trial),
            0
        ) as paid_days
    from active_months
    left join spans
        on
            active_months.user_id = spans.user_id
            and spans.started_on < active_months.month_end
            and spans.ended_on > active_months.activity_month
    group by
        active_months.activity_month, active_months.month_end, active_months.user_id, active_months.active_days,
        active_months.views, active_months.copies, active_months.likes
),

tiers as (
    select
        *,
        case
            when paid_days = month_end - activity_month then 'PRO'
            when pro_spans = 0 then 'FREE'
            else 'CHANGED'
        end as tier
    from held
),

final as (
    select
        activity_month,
        tier,
        {{ month_after('activity_month') }} <= {{ current_day() }} as is_complete,
        count(*) as active_people,
        cast(avg(active_days) as double precision) as active_days_per_person,
        cast(avg(views) as double precision) as views_per_person,
        cast(avg(copies) as double precision) as copies_per_person,
        cast(avg(likes) as double precision) as likes_per_person
    from tiers
    group by activity_month, tier
)

select * from final
