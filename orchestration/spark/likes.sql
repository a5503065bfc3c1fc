-- Who likes what now, as ingest/activity/merge.py says it: the last word over all days holds. A like whose event is kept
-- no longer stands until a later word.
with words as (
    select
        user_id,
        prompt_id,
        max(last_word) as last_word
    from likes_of_days
    group by user_id, prompt_id
),

final as (
    select
        coalesce(words.user_id, known.user_id) as user_id,
        coalesce(words.prompt_id, known.prompt_id) as prompt_id,
        if(words.last_word.event_type = 'like', words.last_word.occurred_at, known.liked_at) as liked_at
    from words
    full join known_likes as known on words.user_id = known.user_id and words.prompt_id = known.prompt_id
    where
        words.last_word.event_type = 'like'
        or (
            known.liked_at is not null
            and (words.last_word is null or words.last_word.occurred_at < known.liked_at)
        )
)

-- Who is gone likes nothing.
select final.*
from final
inner join stg_library__users as people on final.user_id = people.user_id
inner join library_prompts as prompts on final.prompt_id = prompts.id
