{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ mark_replaced_postings() }}",
        post_hook="{{ open_to_audiences() }}",
        indexes=[
            {'columns': ['term']},
            {'columns': ['prompt_id', 'audience', 'indexed_at']}
        ]
    )
}}

with documents as (
    select * from {{ ref('search_documents') }} as documents
    where
        documents.replaced_at is null
        and documents.indexed_at > {{ newest_generation(ref('search_generations')) }}
    {%- if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as postings
        where
            postings.prompt_id = documents.prompt_id
            and postings.audience = documents.audience
            and postings.indexed_at = documents.indexed_at
    )
    {%- endif %}
),

final as (
    select
        documents.audience,
        posting.term,
        documents.prompt_id,
        posting.occurrences,
        documents.length,
        documents.indexed_at,
        documents.replaced_at
    from documents
    cross join lateral unnest(documents.terms, documents.occurrences) as posting (term, occurrences)
)

select * from final
