{#
    The search index is kept in versions, as a search must never meet half of one:

    search_fingerprints    what each prompt is found by now, as a number
    search_generations     the moments at which all postings were packed
    search_documents       what each text is found by, with the moments it was indexed and replaced
    search_postings        a generation's postings: blocks of 1,000, the strongest first
    search_recent_postings those of documents that were indexed since
    search_words           a generation's words as they are written, for spelling and completing
    search_facets          how many prompts have each value of a filter
    search_state           the generation and the moment that readers see; built last, and swapped at once

    What readers see is deleted only when they see something newer.
#}

{# The moment of this run, the same in all of its models. #}
{% macro run_moment() -%}
    cast('{{ run_started_at }}' as timestamp with time zone)
{%- endmacro %}

{% macro newest_generation(generations) -%}
    (select max(generations.generation) from {{ generations }} as generations)
{%- endmacro %}

{# Whether the postings are to be packed anew: at first, and when much changed, as it was when the last run ended. #}
{% macro is_time_to_pack() -%}
    {%- set documents = adapter.get_relation(this.database, this.schema, 'search_documents') if execute else none -%}
    {%- set state = adapter.get_relation(this.database, this.schema, 'search_state') if execute else none -%}
    {%- if documents is none or state is none or not is_incremental() -%}
        true
    {%- else -%}
        (
            select
                (select count(*) from {{ documents }} as added where added.indexed_at > last.generation)
                + (select count(*) from {{ documents }} as replaced where replaced.replaced_at > last.generation)
                > greatest(
                    {{ var('search_repack_documents') }},
                    (select sum(documents) from {{ state }}) * {{ var('search_repack_share') }}
                )
            from (select max(generations.generation) as generation from {{ this }} as generations) as last
        )
    {%- endif -%}
{%- endmacro %}

{# Whether facets are to be counted anew: in a large library when the postings are packed, in others each time. #}
{% macro is_time_to_count() -%}
    {%- if is_incremental() -%}
        (
            (select count(*) from {{ ref('search_fingerprints') }}) <= {{ var('search_facets_counted_each_time') }}
            or {{ newest_generation(ref('search_generations')) }}
            > coalesce((select max(counted.counted_at) from {{ this }} as counted), '-infinity')
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Pre-hook of search_facets, in the transaction in which they are counted. #}
{% macro forget_facets() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ is_time_to_count() }}
    {%- endif -%}
{%- endmacro %}

{# The text of a document: of a PRO prompt only its card is for everybody. #}
{% macro text_for(audience, texts) -%}
    concat_ws(E'\n', {{ texts }}.card, case when {{ audience }} <> 'card' then {{ texts }}.prompt_text end)
{%- endmacro %}

{# What says that a document is still the one of a text. #}
{% macro of_document() -%}
    {{ return(['prompt_id', 'audience', 'fingerprint']) }}
{%- endmacro %}

{# Whether a text has no document that says the same. #}
{% macro is_to_index(texts) -%}
    {%- if is_incremental() -%}
        {{ has_no_equal(texts, '(select * from ' ~ this ~ ' where replaced_at is null)', of_document()) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The generation that readers see now; none in the first run. #}
{% macro generation_of_readers() -%}
    {%- set state = adapter.get_relation(this.database, this.schema, 'search_state') if execute else none -%}
    {%- if state is none -%}
        cast(null as timestamp with time zone)
    {%- else -%}
        (select max(state.generation) from {{ state }} as state)
    {%- endif -%}
{%- endmacro %}

{# Whether a document, as it was indexed, belongs to what a generation packed. #}
{% macro is_of_generation(documents, generation) -%}
    {{ documents }}.indexed_at <= {{ generation }}
    and ({{ documents }}.replaced_at is null or {{ documents }}.replaced_at > {{ generation }})
{%- endmacro %}

{# Pre-hook of search_documents: forget what no reader can meet; mark what is another now, or gone. #}
{% macro mark_replaced_documents() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where replaced_at <= {{ generation_of_readers() }};
        update {{ this }} as documents
        set replaced_at = {{ run_moment() }}
        where
            documents.replaced_at is null
            and {{ has_no_equal('documents', ref('search_fingerprints'), of_document()) }}
    {%- endif -%}
{%- endmacro %}

{# Pre-hook of search_recent_postings: the same, for the documents that were indexed since the generation. #}
{% macro mark_replaced_postings() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where indexed_at <= {{ generation_of_readers() }};
        update {{ this }} as postings
        set replaced_at = documents.replaced_at
        from {{ ref('search_documents') }} as documents
        where
            postings.replaced_at is null
            and documents.replaced_at is not null
            and postings.prompt_id = documents.prompt_id
            and postings.audience = documents.audience
            and postings.indexed_at = documents.indexed_at
    {%- endif -%}
{%- endmacro %}

{# Pre-hook of what is made for each generation: forget those that no reader can meet. #}
{% macro forget_old_generations() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where generation < least({{ newest_generation(ref('search_generations')) }}, {{ generation_of_readers() }})
    {%- endif -%}
{%- endmacro %}

{# Post-hook: a reader sees what their audience may, and PRO texts reach nobody else, whatever a query asks for. #}
{% macro open_to_audiences() -%}
    {%- if not is_incremental() -%}
        alter table {{ this }} enable row level security;
        create policy audience on {{ this }} for select to promptory_dashboard
        using (audience = any((select library.viewer_audiences())::text[]))
    {%- endif -%}
{%- endmacro %}
