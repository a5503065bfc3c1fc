-- Of those who signed up in a week no more than all are there in a later one.
select
    signup_week,
    week_number,
    people,
    active_people
from {{ ref('retention_weekly') }}
where active_people > people
