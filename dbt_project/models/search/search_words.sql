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
    select max(generations.generation) as generation from {{ ref('search_generations') }} as generations
),

missing as materialized (
    select generation from generations
    where {{ is_to_build('generations', ['generation']) }}
),

fingerprints as (
    select
        missing.generation,
        fingerprints.*
    from missing
    cross join {{ ref('search_fingerprints') }} as fingerprints
    -- A sample tells how words are written; by a hash of the prompt, so that the same library gives the same words.
    order by hashint8(fingerprints.prompt_id)
    limit {{ var('search_texts_read_for_words') }}
),

texts as (
    select
        fingerprints.generation,
        fingerprints.audience,
        texts.title,
        {{ text_for('fingerprints.audience', 'texts') }} as body
    from fingerprints
    cross join
        lateral (
            select every_text.* from {{ ref('int_search_texts') }} as every_text
            where every_text.prompt_id = fingerprints.prompt_id
            offset 0  -- noqa: AM09
        ) as texts
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
