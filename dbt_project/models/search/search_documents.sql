{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ mark_replaced_documents() }}",
        post_hook="{{ open_to_audiences() }}",
        indexes=[
            {'columns': ['prompt_id', 'audience', 'indexed_at'], 'unique': true},
            {'columns': ['indexed_at']},
            {'columns': ['replaced_at']}
        ]
    )
}}

-- Built after the generation, so that what changed in this run is packed with it.
-- depends_on: {{ ref('search_generations') }}
with changed as materialized (
    select * from {{ ref('search_fingerprints') }} as fingerprints
    where {{ is_to_index('fingerprints') }}
),

texts as (
    select
        changed.prompt_id,
        changed.audience,
        changed.fingerprint,
        texts.title,
        {{ text_for('changed.audience', 'texts') }} as body,
        texts.language
    from changed
    -- OFFSET 0 has them looked up one by one, as few changed: PostgreSQL expects many, and would read all.
    cross join
        lateral (
            select every_text.* from {{ ref('int_search_texts') }} as every_text
            where every_text.prompt_id = changed.prompt_id
            offset 0  -- noqa: AM09
        ) as texts
),

counted as (
    select
        texts.prompt_id,
        texts.audience,
        found.term,
        cast(least(sum(found.occurrences), 32767) as smallint) as occurrences
    from texts
    cross join
        lateral (
            select
                title_terms.term,
                {{ var('search_title_weight') }} * title_terms.occurrences as occurrences
            from library.search_terms(texts.title, texts.language) as title_terms
            union all
            select
                body_terms.term,
                body_terms.occurrences
            from library.search_terms(texts.body, texts.language) as body_terms
        ) as found
    group by texts.prompt_id, texts.audience, found.term
),

documents as (
    select
        prompt_id,
        audience,
        cast(least(sum(occurrences), 32767) as smallint) as length,
        array_agg(term order by term) as terms,
        array_agg(occurrences order by term) as occurrences
    from counted
    group by prompt_id, audience
),

final as (
    select
        texts.prompt_id,
        texts.audience,
        texts.language,
        texts.fingerprint,
        coalesce(documents.length, cast(0 as smallint)) as length,
        coalesce(documents.terms, '{}') as terms,
        coalesce(documents.occurrences, '{}') as occurrences,
        {{ run_moment() }} as indexed_at,
        cast(null as timestamp with time zone) as replaced_at
    from texts
    left join documents on texts.prompt_id = documents.prompt_id and texts.audience = documents.audience
)

select * from final
