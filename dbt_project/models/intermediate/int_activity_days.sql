-- One state of the days for all models of a run: a load between two of them shows in both only in the next run.
select
    activity_date,
    revision,
    events_dropped_at
from {{ ref('stg_library__activity_days') }}
