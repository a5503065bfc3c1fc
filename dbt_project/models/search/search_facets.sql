{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ forget_facets() }}",
        post_hook="{{ open_to_audiences() }}"
    )
}}

-- depends_on: {{ ref('search_generations') }}
with documents as (
    select
        prompt_id,
        audience
    from {{ ref('search_fingerprints') }}
    where {{ is_time_to_count() }}
),

prompts as (
    select
        documents.audience,
        prompts.agent_type,
        prompts.access,
        prompts.language,
        prompts.creator_id,
        count(*) as prompts
    from documents
    inner join {{ ref('stg_library__prompts') }} as prompts on documents.prompt_id = prompts.prompt_id
    group by documents.audience, prompts.agent_type, prompts.access, prompts.language, prompts.creator_id
),

properties as (
    select
        prompts.audience,
        properties.facet,
        properties.value,
        properties.value as label,
        prompts.prompts
    from prompts
    cross join
        lateral (
            values ('agent_type', prompts.agent_type), ('access', prompts.access), ('language', prompts.language)
        ) as properties (facet, value)
    where properties.value is not null
),

creators as (
    select
        prompts.audience,
        'creator' as facet,
        cast(prompts.creator_id as text) as value,
        people.user_name as label,
        prompts.prompts
    from prompts
    inner join {{ ref('stg_library__users') }} as people on prompts.creator_id = people.user_id
),

tags as (
    select
        documents.audience,
        'tag' as facet,
        tags.tag_name as value,
        tags.tag_name as label,
        1 as prompts
    from documents
    inner join {{ ref('stg_library__prompt_tags') }} as prompt_tags on documents.prompt_id = prompt_tags.prompt_id
    inner join {{ ref('stg_library__tags') }} as tags on prompt_tags.tag_id = tags.tag_id
),

collections as (
    select
        documents.audience,
        'collection' as facet,
        collections.collection_name as value,
        collections.collection_name as label,
        1 as prompts
    from documents
    inner join {{ ref('stg_library__prompt_collections') }} as collections
        on documents.prompt_id = collections.prompt_id
),

facets as (
    select * from properties
    union all
    select * from creators
    union all
    select * from tags
    union all
    select * from collections
),

final as (
    select
        audience,
        facet,
        value,
        label,
        cast(sum(prompts) as bigint) as prompts,
        {{ run_moment() }} as counted_at
    from facets
    group by audience, facet, value, label
)

select * from final
