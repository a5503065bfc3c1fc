{# The moment that rankings look back from: the newest event, so that a rerun over the same ledger gives the same ranks. #}
{% macro ledger_moment() -%}
    (select max(activity_events.occurred_at) from {{ ref('stg_library__activity_events') }} as activity_events)
{%- endmacro %}

{# The UTC day of a moment. #}
{% macro utc_day(moment) -%}
    cast({{ moment }} at time zone 'UTC' as date)
{%- endmacro %}

{# The moment at which a UTC day begins, whatever the session's time zone is. #}
{% macro utc_midnight(day) -%}
    (cast({{ day }} as timestamp) at time zone 'UTC')
{%- endmacro %}

{# Today in UTC. #}
{% macro current_day() -%}
    {{ utc_day('now()') }}
{%- endmacro %}
