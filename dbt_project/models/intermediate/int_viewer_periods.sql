with ledger_days as (
    select * from {{ ref('int_activity_days') }}
),

pro_spans as (
    select * from {{ ref('int_person_pro_spans') }}
),

bounds as (
    select
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from ledger_days
),

calendar as (
    select bounds.first_date + day_number as activity_date
    from bounds
    cross join lateral generate_series(0, bounds.last_date - bounds.first_date) as day_number
),

days as (
    select
        calendar.activity_date,
        coalesce(ledger_days.revision, 0) as revision
    from calendar
    left join ledger_days on calendar.activity_date = ledger_days.activity_date
),

-- The sum of a hash of each person tells one set of Pro people from another.
steps as (
    select
        activity_date,
        revision,
        0 as pro_people,
        true as is_day
    from days
    union all
    select
        from_date as activity_date,
        0 as revision,
        hashint8extended(user_id, 0) as pro_people,
        false as is_day
    from pro_spans
    union all
    select
        until_date as activity_date,
        0 as revision,
        -cast(hashint8extended(user_id, 0) as numeric) as pro_people,
        false as is_day
    from pro_spans
    where until_date is not null
),

step_days as (
    select
        activity_date,
        sum(revision) as revision,
        sum(pro_people) as pro_people,
        bool_or(is_day) as is_day
    from steps
    group by activity_date
),

windows as (
    select
        activity_date,
        is_day,
        sum(revision) over (
            order by activity_date range between interval '29 days' preceding and current row
        ) + sum(pro_people) over (order by activity_date) as revision
    from step_days
),

final as (
    select
        'window' as period,
        activity_date as period_date,
        revision
    from windows
    where is_day
    union all
    select
        'week' as period,
        {{ first_day_of('week', 'activity_date') }} as period_date,
        sum(revision) as revision
    from days
    group by period_date
    union all
    select
        'month' as period,
        {{ first_day_of('month', 'activity_date') }} as period_date,
        sum(revision) as revision
    from days
    group by period_date
)

select * from final
