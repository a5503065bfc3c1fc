{#
    Models that are incremental by month hold `activity_month` and the `revision` of the month: the newest one of its
    days. A month with another revision is forgotten and built anew from the models by day, however long ago it was.
#}

{# Pre-hook: take out the months that are to be built anew. #}
{% macro forget_changed_months() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where activity_month in (select activity_month from {{ months_to_build() }} as changed)
    {%- endif -%}
{%- endmacro %}

{# The months to build with their revisions: all, or in an incremental run those of which a day changed. #}
{% macro months_to_build() -%}
    (
        select
            months.activity_month,
            months.revision
        from (
            select
                {{ month_of('days.activity_date') }} as activity_month,
                max(days.revision) as revision
            from {{ ref('int_activity_days') }} as days
            group by activity_month
        ) as months
        {%- if is_incremental() %}
        where not exists (
            select 1 from {{ this }} as counted
            where counted.activity_month = months.activity_month and counted.revision = months.revision
        )
        {%- endif %}
    )
{%- endmacro %}

{# The first day of a day's calendar month. #}
{% macro month_of(day) -%}
    cast(date_trunc('month', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{# The first day of the month after the one that begins on `month_start`. #}
{% macro month_after(month_start) -%}
    cast({{ month_start }} + interval '1 month' as date)
{%- endmacro %}

{# The Monday of a day's week. #}
{% macro week_of(day) -%}
    cast(date_trunc('week', cast({{ day }} as timestamp)) as date)
{%- endmacro %}
