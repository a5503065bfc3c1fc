-- Analyzed for the same reason as int_activity_days.
{{ config(post_hook='analyze {{ this }}') }}

select
    activity_date,
    sum(revision) over (
        order by activity_date range between current row and interval '7 days' following
    ) as revision,
    events_dropped_at
from {{ ref('int_activity_days') }}
