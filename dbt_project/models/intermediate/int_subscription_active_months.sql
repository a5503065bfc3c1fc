{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_changed_months() }}",
        indexes=[{'columns': ['activity_month', 'revision']}, {'columns': ['user_id', 'activity_month']}]
    )
}}

with months as (
    select * from {{ months_to_build() }} as changed
),

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
    where user_id is not null and not is_bot
),

final as (
    select
        months.activity_month,
        viewer_days.user_id,
        count(*) as active_days,
        cast(sum(viewer_days.views) as bigint) as views,
        cast(sum(viewer_days.copies) as bigint) as copies,
        cast(sum(viewer_days.likes) as bigint) as likes,
        min(viewer_days.activity_date) filter (where viewer_days.paywall_views > 0) as first_paywall_on,
        months.revision
    from months
    inner join viewer_days
        on
            viewer_days.activity_date >= months.activity_month
            and viewer_days.activity_date < {{ month_after('months.activity_month') }}
    group by months.activity_month, months.revision, viewer_days.user_id
)

select * from final
