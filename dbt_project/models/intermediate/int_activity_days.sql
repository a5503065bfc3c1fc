-- Without its statistics, those who look for the few days that changed would read the whole of what they built.
{{ config(post_hook='analyze {{ this }}') }}

-- One state of the days for all models of a run: a load between two of them shows in both only in the next run.
select
    activity_date,
    revision,
    events_dropped_at
from {{ ref('stg_library__activity_days') }}
