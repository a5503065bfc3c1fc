{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_changed_periods('window') }}",
        indexes=[{'columns': ['period_date', 'revision']}]
    )
}}

with days as (
    select * from {{ periods_to_build('window') }} as changed
),

viewer_days as (
    select
        viewer,
        user_id,
        activity_date,
        lead(activity_date) over (partition by viewer order by activity_date) as next_date
    from {{ ref('int_viewer_days') }}
    where
        not is_bot
        and activity_date >= (select min(days.period_date) - 29 from days)
        and activity_date <= (select max(days.period_date) from days)
),

pro_spans as (
    select * from {{ ref('int_person_pro_spans') }}
),

-- A day of activity counts for the windows that end on it or later, until the viewer's next one counts instead.
spells as (
    select
        windows.window_days,
        viewer_days.user_id,
        viewer_days.activity_date as from_date,
        least(viewer_days.next_date, viewer_days.activity_date + windows.window_days) as until_date
    from viewer_days
    cross join (values (1), (7), (30)) as windows (window_days)
),

pro_spells as (
    select
        spells.window_days,
        greatest(spells.from_date, pro_spans.from_date) as from_date,
        least(spells.until_date, pro_spans.until_date) as until_date
    from spells
    inner join pro_spans
        on
            spells.user_id = pro_spans.user_id
            and spells.until_date > pro_spans.from_date
            and (pro_spans.until_date is null or spells.from_date < pro_spans.until_date)
),

-- Who is not Pro is Free: of all people, those with Pro are taken away.
segment_spells as (
    select
        segments.segment,
        spells.window_days,
        spells.from_date,
        spells.until_date,
        count(*) as people
    from spells
    inner join (values ('viewers', false), ('all', true), ('FREE', true)) as segments (segment, is_of_people)
        on not segments.is_of_people or spells.user_id is not null
    group by segments.segment, spells.window_days, spells.from_date, spells.until_date
    union all
    select
        segments.segment,
        pro_spells.window_days,
        pro_spells.from_date,
        pro_spells.until_date,
        sum(segments.sign) as people
    from pro_spells
    cross join (values ('PRO', 1), ('FREE', -1)) as segments (segment, sign)
    group by segments.segment, pro_spells.window_days, pro_spells.from_date, pro_spells.until_date
),

changes as (
    select
        segment,
        window_days,
        from_date as change_date,
        people
    from segment_spells
    union all
    select
        segment,
        window_days,
        until_date as change_date,
        -people as people
    from segment_spells
    union all
    select
        segments.segment,
        windows.window_days,
        days.period_date as change_date,
        0 as people
    from days
    cross join (values ('viewers'), ('all'), ('FREE'), ('PRO')) as segments (segment)
    cross join (values (1), (7), (30)) as windows (window_days)
),

counted as (
    select
        segment,
        window_days,
        change_date,
        sum(sum(people)) over (partition by segment, window_days order by change_date) as people
    from changes
    group by segment, window_days, change_date
),

final as (
    select
        days.period_date,
        counted.segment,
        cast(max(counted.people) filter (where counted.window_days = 1) as bigint) as daily_active,
        cast(max(counted.people) filter (where counted.window_days = 7) as bigint) as weekly_active,
        cast(max(counted.people) filter (where counted.window_days = 30) as bigint) as monthly_active,
        days.revision
    from days
    inner join counted on days.period_date = counted.change_date
    group by days.period_date, days.revision, counted.segment
)

select * from final
