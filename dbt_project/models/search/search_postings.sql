{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_old_generations() }}",
        post_hook="{{ open_to_audiences() }}",
        indexes=[
            {'columns': ['term', 'generation', 'audience', 'block'], 'unique': true}
        ]
    )
}}

with generations as (
    select max(generation) as generation from {{ ref('search_generations') }}
),

documents as (
    select
        generations.generation,
        documents.*
    from {{ ref('search_documents') }} as documents
    inner join generations on {{ is_of_generation('documents', 'generations.generation') }}
    where {{ is_to_build('generations', ['generation']) }}
),

averages as (
    select avg(length) as length from documents
),

postings as (
    select
        documents.generation,
        documents.audience,
        posting.term collate "C" as term,  -- noqa: RF02
        documents.prompt_id,
        posting.occurrences,
        documents.length,
        row_number() over (
            partition by posting.term, documents.audience
            order by
                posting.occurrences
                / (
                    posting.occurrences
                    + {{ var('search_k1') }}
                    * (1 - {{ var('search_b') }} + {{ var('search_b') }} * documents.length / averages.length)
                ) desc,
                documents.prompt_id asc
        ) as place,
        cast(count(*) over (partition by posting.term, documents.audience) as integer) as term_documents
    from documents
    cross join averages
    cross join lateral unnest(documents.terms, documents.occurrences) as posting (term, occurrences)
),

final as (
    select
        generation,
        audience,
        term,
        cast((place - 1) / {{ var('search_postings_per_block') }} as integer) as block,
        term_documents,
        array_agg(prompt_id order by place) as prompt_ids,
        array_agg(occurrences order by place) as occurrences,
        array_agg(length order by place) as lengths
    from postings
    group by generation, audience, term, block, term_documents
)

select * from final
