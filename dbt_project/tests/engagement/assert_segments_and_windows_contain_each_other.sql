-- Free and Pro people are all people, people are among the viewers, and a longer window has no fewer of them.
with windows as (
    select * from {{ ref('active_people_daily') }}
),

segments as (
    select
        activity_date,
        sum(monthly_active) filter (where segment = 'viewers') as viewers,
        sum(monthly_active) filter (where segment = 'all') as people,
        sum(monthly_active) filter (where segment in ('FREE', 'PRO')) as free_and_pro,
        bool_and(daily_active <= weekly_active and weekly_active <= monthly_active) as is_growing
    from windows
    group by activity_date
)

select * from segments
where people <> free_and_pro or people > viewers or not is_growing
