{# The UTC day of a moment. #}
{% macro utc_day(moment) -%}
    cast({{ moment }}{{ '' if on_spark() else " at time zone 'UTC'" }} as date)
{%- endmacro %}

{# The moment at which a UTC day begins, whatever the session's time zone is. #}
{% macro utc_midnight(day) -%}
    (cast({{ day }} as timestamp){{ '' if on_spark() else " at time zone 'UTC'" }})
{%- endmacro %}

{# Today in UTC. #}
{% macro current_day() -%}
    {{ utc_day('now()') }}
{%- endmacro %}

{# The day on which the week (its Monday) or the month of a day begins. #}
{% macro first_day_of(period, day) -%}
    cast(date_trunc('{{ period }}', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{# The first day of the month after the one that begins on `month_start`. #}
{% macro month_after(month_start) -%}
    cast({{ month_start }} + interval '1 month' as date)
{%- endmacro %}
