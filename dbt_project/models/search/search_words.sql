{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_old_generations() }}",
        post_hook="{{ open_to_audiences() }}",
        indexes=[
            {'columns': ['generation', 'word', 'audience'], 'unique': true}
        ]
    )
}}

with generations as (
    select max(generation) as generation from {{ ref('search_generations') }}
),

texts as (
    select
        generations.generation,
        texts.*
    from {{ ref('int_search_texts') }} as texts
    cross join generations
    where {{ is_to_build('generations', ['generation']) }}
    -- A sample tells how words are written; by a hash of the prompt, so that the same library gives the same words.
    order by hashint8(texts.prompt_id)
    limit {{ var('search_texts_read_for_words') }}
),

final as (
    select
        texts.generation,
        texts.audience,
        words.word collate "C" as word,  -- noqa: RF02
        cast(count(*) as integer) as documents
    from texts
    cross join lateral library.search_words(texts.title || E'\n' || texts.body) as words (word)
    where words.word ~ '[^0-9]' and length(words.word) <= 40
    group by texts.generation, texts.audience, words.word
)

select * from final
