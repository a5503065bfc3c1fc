-- Without its statistics, those who look for the few days that changed would read the whole of what they built.
{{ config(tags=['lake', 'lake_days'], contract={'enforced': true}, post_hook='analyze {{ this }}') }}

-- One state of the days for all models of a run: a load between two of them shows in both only in the next run. With
-- the engine spark, it is filled as days are loaded from the lake: what is counted follows what is there of them.
select
    activity_date,
    revision,
    events_dropped_at
from {{ ref('stg_library__activity_days') }}
