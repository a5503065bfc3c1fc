{#
    Models that count whole periods (the windows that end on a day, weeks, months) do as those by day in days.sql: they
    hold `period_date` and the `revision` that the period had in int_viewer_periods when they read it. A period with
    another revision now is forgotten and built anew:

        config(
            materialized='incremental', incremental_strategy='append',
            pre_hook="{{ forget_changed_periods('week') }}",
            indexes=[{'columns': ['period_date', 'revision']}]
        )

    A period without anything to count leaves a row too: it would be read again in each run.
#}

{# Pre-hook: take out the periods that are to be built anew. #}
{% macro forget_changed_periods(period) -%}
    {{ forget_changed('period_date', periods_to_build(period)) }}
{%- endmacro %}

{# The periods to count, with their revisions: all, or in an incremental run those that changed. #}
{% macro periods_to_build(period) -%}
    (
        select
            periods.period_date,
            periods.revision
        from {{ ref('int_viewer_periods') }} as periods
        where
            periods.period = '{{ period }}'
            and {{ is_to_build('periods', ['period_date', 'revision']) }}
    )
{%- endmacro %}

{# The newest day whose events are all there: the ledger's newest, but not today. #}
{% macro last_complete_day() -%}
    (select least(max(ledger.activity_date), {{ current_day() }} - 1) from {{ ref('int_activity_days') }} as ledger)
{%- endmacro %}
