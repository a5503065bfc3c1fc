{{ config(materialized='table', post_hook="{{ open_to_audiences() }}") }}

-- depends_on: {{ ref('search_postings') }}
-- depends_on: {{ ref('search_recent_postings') }}
-- depends_on: {{ ref('search_words') }}
-- depends_on: {{ ref('search_facets') }}
with audiences (audience) as (
    values ('free'), ('card'), ('pro')
),

counted as (
    select
        audience,
        count(*) as documents,
        sum(length) as total_length,
        array_agg(distinct language) filter (where language is not null) as languages
    from {{ ref('search_documents') }}
    where replaced_at is null
    group by audience
),

-- Of the generation, but another now, or gone. The others' postings are there for them.
stale as (
    select array_agg(distinct documents.prompt_id) as prompt_ids
    from {{ ref('search_documents') }} as documents
    where
        documents.replaced_at is not null
        and documents.indexed_at <= {{ newest_generation(ref('search_generations')) }}
),

final as (
    select
        audiences.audience,
        coalesce(counted.documents, 0) as documents,
        cast(coalesce(counted.total_length, 0) as bigint) as total_length,
        coalesce(counted.languages, '{}') as languages,
        coalesce(stale.prompt_ids, '{}') as stale_prompt_ids,
        {{ newest_generation(ref('search_generations')) }} as generation,
        {{ run_moment() }} as as_of
    from audiences
    cross join stale
    left join counted on audiences.audience = counted.audience
)

select * from final
