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
