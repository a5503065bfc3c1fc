-- Of those who signed up in a week no more than all are there in a later one. A warning: who is deleted after retention
-- dropped the events of their days is still among the active until a full refresh.
{{ config(severity='warn') }}
select
    signup_week,
    week_number,
    people,
    active_people
from {{ ref('retention_weekly') }}
where active_people > people
