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

with generations as (
    select max(generation) as generation from {{ ref('search_generations') }}
),

documents as (
    select documents.*
    from {{ ref('search_documents') }} as documents
    cross join generations
    where
        documents.replaced_at is null
        and documents.indexed_at > generations.generation
        and {{ is_to_build('documents', ['prompt_id', 'audience', 'indexed_at']) }}
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
