-- Reconciliation: over all time, the ranking holds exactly the likes that stand in the library.
select
    ranked.likes as ranked_likes,
    counted.likes as library_likes
from (select sum(likes) as likes from {{ ref('prompt_rankings') }} where ranking_window = 'all') as ranked
cross join (select count(*) as likes from {{ ref('stg_library__user_prompt_likes') }}) as counted
where coalesce(ranked.likes, 0) <> counted.likes
