{#
    Models that are incremental by month hold `activity_month` and the `revision` of the month: the newest one of its
    days. A month with another revision is forgotten and built anew from the models by day, however long ago it was.
#}

{# Pre-hook: take out the months that are to be built anew. #}
{% macro forget_changed_months() -%}
    {{ forget_changed('activity_month', months_to_build()) }}
{%- endmacro %}

{# The months to build with their revisions: all, or in an incremental run those of which a day changed. #}
{% macro months_to_build() -%}
    (
        select
            months.activity_month,
            months.revision
        from (
            select
                {{ first_day_of('month', 'days.activity_date') }} as activity_month,
                max(days.revision) as revision
            from {{ ref('int_activity_days') }} as days
            group by activity_month
        ) as months
        where {{ is_to_build('months', ['activity_month', 'revision']) }}
    )
{%- endmacro %}
