{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        indexes=[{'columns': ['generation'], 'unique': true}]
    )
}}

-- The postings of a generation are packed once; what changed since is kept beside them until it is too much.
select {{ run_moment() }} as generation
{%- set documents = load_relation(api.Relation.create(this.database, this.schema, 'search_documents')) %}
{%- if execute and is_incremental() and documents is not none %}
where
    (
        select count(*) from {{ documents }} as documents
        where documents.indexed_at > {{ newest_generation(this) }} or documents.replaced_at > {{ newest_generation(this) }}
    ) > (
        select greatest({{ var('search_repack_documents') }}, count(*) * {{ var('search_repack_share') }})
        from {{ documents }} as documents
    )
{%- endif %}
