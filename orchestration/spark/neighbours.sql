-- RP3beta as orchestration/lib/neighbours.py has it, with the same exponent and number of neighbours. Ranked by the
-- weight that is kept, then by id: what rounding leaves of a sum depends on its order.
with people as (
    select
        user_id,
        sum(strength) as total
    from int_person_signals
    group by user_id
),

prompts as (
    select
        prompt_id,
        sum(strength) as total
    from int_person_signals
    group by prompt_id
),

walks as (
    select
        starts.prompt_id,
        onward.prompt_id as neighbour_id,
        sum(starts.strength * onward.strength / people.total) as walk
    from int_person_signals as starts
    inner join int_person_signals as onward
        on starts.user_id = onward.user_id and starts.prompt_id <> onward.prompt_id
    inner join people on starts.user_id = people.user_id
    group by starts.prompt_id, onward.prompt_id
),

weighed as (
    select
        walks.prompt_id,
        walks.neighbour_id,
        cast(walks.walk / (starts.total * power(onward.total, {popularity_exponent})) as float) as weight
    from walks
    inner join prompts as starts on walks.prompt_id = starts.prompt_id
    inner join prompts as onward on walks.neighbour_id = onward.prompt_id
),

ranked as (
    select
        *,
        row_number() over (partition by prompt_id order by weight desc, neighbour_id asc) as neighbour_rank
    from weighed
),

lists as (
    select
        prompt_id,
        array_sort(collect_list(struct(neighbour_rank, neighbour_id, weight))) as neighbours
    from ranked
    where neighbour_rank <= {neighbours_per_prompt}
    group by prompt_id
)

select
    prompt_id,
    neighbours.neighbour_id as neighbour_ids,
    neighbours.weight as weights
from lists
