-- RP3beta: a random walk of three steps, prompt to person to prompt, with popular ends held back.
-- Christoffel, Paudel, Newell, Bernstein: Blockbusters and Wallflowers (RecSys 2015).
with likes as (
    select
        user_id,
        prompt_id,
        row_number() over (partition by user_id order by liked_at desc, prompt_id asc) as recency
    from {{ ref('stg_library__user_prompt_likes') }}
),

considered as (
    select * from likes
    where recency <= {{ var('likes_considered_per_person') }}
),

people as (
    select
        user_id,
        count(*) as likes
    from considered
    group by 1
),

prompts as (
    select
        prompt_id,
        count(*) as likes
    from considered
    group by 1
),

walks as (
    select
        origin.prompt_id,
        neighbour.prompt_id as neighbour_id,
        sum(1.0 / people.likes) as probability,
        count(*) as shared_people
    from considered as origin
    inner join considered as neighbour
        on origin.user_id = neighbour.user_id and origin.prompt_id <> neighbour.prompt_id
    inner join people on origin.user_id = people.user_id
    group by 1, 2
),

weighed as (
    select
        walks.prompt_id,
        walks.neighbour_id,
        walks.shared_people,
        cast(walks.probability as double precision) / (
            starts.likes
            * power(cast(ends.likes as double precision), {{ var('neighbour_popularity_exponent') }})
        ) as weight
    from walks
    inner join prompts as starts on walks.prompt_id = starts.prompt_id
    inner join prompts as ends on walks.neighbour_id = ends.prompt_id
),

ranked as (
    select
        *,
        row_number() over (partition by prompt_id order by weight desc, neighbour_id asc) as neighbour_rank
    from weighed
),

final as (
    select
        prompt_id,
        neighbour_id,
        shared_people,
        weight,
        neighbour_rank
    from ranked
    where neighbour_rank <= {{ var('neighbours_per_prompt') }}
)

select * from final
