{#
    Models that are tagged `lake` are also computed by Spark, over the event lake: `dbt compile --vars 'engine: spark'`
    renders their text for it, and that of the views they read. What the two engines say in different words is in
    these macros; everything else is SQL that both read alike. Spark gets the days to build as int_activity_days, so no
    text for it is incremental. No window of such a model may order by what can be null: the engines put nulls at
    different ends. `lake_only` are those that nothing but other such models reads. `lake_days` is the one in which the
    loader says which days are there. Tests that read the ledger are tagged `reads_ledger`: with the engine spark, it
    holds the dashboard's own events only.
#}
{% macro on_spark() -%} {{ return(var('engine', 'postgres') == 'spark') }} {%- endmacro %}

{# Of a common table expression that is looked up often: PostgreSQL is told, Spark decides for itself. #}
{% macro materialized() -%} {{ '' if on_spark() else 'materialized' }} {%- endmacro %}

{# Whether a text matches a regular expression. #}
{% macro matches(value, expression) -%} {{ value }} {{ 'rlike' if on_spark() else '~' }} {{ expression }} {%- endmacro %}

{# The first `most` different values of an aggregate, in the order of their bytes; null where there are none. #}
{% macro first_values(value, most) -%}
    {%- if on_spark() -%}
        nullif(slice(array_sort(collect_set({{ value }})), 1, {{ most }}), array())
    {%- else -%}
        (array_agg(distinct {{ value }} collate "C" order by {{ value }} collate "C") filter (where {{ value }} is not null))[
            :{{ most }}
        ]
    {%- endif -%}
{%- endmacro %}

{# The type of a floating-point number of 64 bits. #}
{% macro double() -%} {{ 'double' if on_spark() else 'double precision' }} {%- endmacro %}
