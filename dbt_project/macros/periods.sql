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
    {%- if is_incremental() -%}
        delete from {{ this }}
        where period_date in (select period_date from {{ periods_to_build(period) }} as changed)
    {%- endif -%}
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
            {%- if is_incremental() %}
            and not exists (
                select 1 from {{ this }} as counted
                where counted.period_date = periods.period_date and counted.revision = periods.revision
            )
            {%- endif %}
    )
{%- endmacro %}

{# The day on which the week (its Monday) or the month of a day begins. #}
{% macro first_day_of(period, day) -%}
    cast(date_trunc('{{ period }}', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{# The newest day whose events are all there: the ledger's newest, but not today. #}
{% macro last_complete_day() -%}
    (select least(max(ledger.activity_date), {{ current_day() }} - 1) from {{ ref('int_activity_days') }} as ledger)
{%- endmacro %}
