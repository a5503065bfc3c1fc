-- The newest of them over all days whose events are kept; of who or what is gone, nothing.
with placed as (
    select
        uses.user_id,
        uses.event_type,
        uses.prompt_id,
        uses.used_at,
        row_number() over (
            partition by uses.user_id, uses.event_type order by uses.used_at desc, uses.prompt_id
        ) as place
    from uses_of_days as uses
    inner join stg_library__users as people on uses.user_id = people.user_id
    inner join library_prompts as prompts on uses.prompt_id = prompts.id
    inner join library_activity_days as days on uses.activity_date = days.activity_date
    where days.events_dropped_at is null
),

listed as (
    select
        user_id,
        event_type,
        array_sort(collect_list(struct(place, prompt_id, used_at))) as uses
    from placed
    where place <= {uses_kept}
    group by user_id, event_type
)

select
    user_id,
    event_type,
    uses.prompt_id as prompt_ids,
    uses.used_at as used_at
from listed
