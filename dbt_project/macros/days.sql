{#
    Models that are incremental by day hold `activity_date` and the `revision` that the ledger's day had when they read
    it. A day whose revision is another now is forgotten and built anew, however long ago it was:

        config(
            materialized='incremental', incremental_strategy='append',
            pre_hook="{{ forget_changed_days() }}",
            indexes=[{'columns': ['activity_date', 'revision']}]
        )

    What reads other daily models instead of the ledger says `dropped=true`: they still hold the days that the ledger
    dropped.
#}

{# Pre-hook: take out the days that are to be built anew. #}
{% macro forget_changed_days(dropped=false) -%}
    {{ forget_changed('activity_date', days_to_build(dropped)) }}
{%- endmacro %}

{# Pre-hook: take out all that was counted before the table had this column, so that all is built anew. #}
{% macro forget_all_without(column) -%}
    {%- if execute and is_incremental() -%}
        {%- if column not in adapter.get_columns_in_relation(this) | map(attribute='name') -%}
            delete from {{ this }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The days to read, with their revisions: all, or in an incremental run those that changed. #}
{% macro days_to_build(dropped=false) -%}
    (
        select
            days.activity_date,
            days.revision
        from {{ ref('int_activity_days') }} as days
        where
            {{ 'true' if dropped else 'days.events_dropped_at is null' }}
            and {{ is_to_build('days', ['activity_date', 'revision']) }}
    )
{%- endmacro %}

{# Pre-hook of models by day, month or other period: take out those that are to be built anew. #}
{% macro forget_changed(date_column, to_build) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ date_column }} in (select {{ date_column }} from {{ to_build }} as changed)
    {%- endif -%}
{%- endmacro %}

{# In a full refresh: what was counted of days whose events the ledger keeps no longer. Columns in the model's order. #}
{% macro days_carried_over(columns) -%}
    {%- set before = none if on_spark() or not execute else load_relation(this) -%}
    {%- if before is not none and not is_incremental() -%}
        {%- set there = adapter.get_columns_in_relation(before) | map(attribute='name') | list -%}
        union all
        select
            {% for column in columns -%}
                {{ 'kept.' ~ column if column in there else 'null as ' ~ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        from {{ before }} as kept
        inner join {{ ref('int_activity_days') }} as days on kept.activity_date = days.activity_date
        where days.events_dropped_at is not null
    {%- endif -%}
{%- endmacro %}

{# A day's rows lie together, so that reading a day reads no other; what Spark finds is written in a folder a day. #}
{% macro days_together() -%} {{ '' if on_spark() else 'order by activity_date' }} {%- endmacro %}
