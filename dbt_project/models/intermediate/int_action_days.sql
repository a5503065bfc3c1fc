{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_changed_periods('window') }}",
        indexes=[{'columns': ['period_date', 'revision']}]
    )
}}

{% set actions = ['views', 'copies', 'likes', 'shares', 'searches', 'paywall_views'] %}

with days as (
    select * from {{ periods_to_build('window') }} as changed
),

pro_spans as (
    select * from {{ ref('int_person_pro_spans') }}
),

viewer_days as (
    select
        viewer_days.*,
        pro_spans.user_id is not null as is_pro
    from {{ ref('int_viewer_days') }} as viewer_days
    left join pro_spans
        on
            viewer_days.user_id = pro_spans.user_id
            and viewer_days.activity_date >= pro_spans.from_date
            and (pro_spans.until_date is null or viewer_days.activity_date < pro_spans.until_date)
    where
        not viewer_days.is_bot
        and viewer_days.activity_date >= (select min(days.period_date) from days)
        and viewer_days.activity_date <= (select max(days.period_date) from days)
),

kinds as (
    select
        activity_date,
        user_id is not null as is_person,
        is_pro,
        {% for action in actions %}
            sum({{ action }}) as {{ action }},
        {% endfor %}
        sum(sessions) as sessions
    from viewer_days
    group by activity_date, user_id is not null, is_pro
),

segments as (
    select * from (values ('viewers'), ('all'), ('FREE'), ('PRO')) as named (segment)
),

final as (
    select
        days.period_date,
        segments.segment,
        cast(sum(kinds.sessions) as bigint) as sessions,
        {% for action in actions %}
            cast(coalesce(sum(kinds.{{ action }}), 0) as bigint) as {{ action }},
        {% endfor %}
        days.revision
    from days
    cross join segments
    left join kinds
        on
            days.period_date = kinds.activity_date
            and (segments.segment = 'viewers' or kinds.is_person)
            and (segments.segment <> 'PRO' or kinds.is_pro)
            and (segments.segment <> 'FREE' or not kinds.is_pro)
    group by days.period_date, days.revision, segments.segment
)

select * from final
