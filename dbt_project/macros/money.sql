{# What a subscription brings in a month: a yearly price counts a twelfth. #}
{% macro monthly_amount(amount, billing_interval) -%}
    case {{ billing_interval }} when 'YEAR' then {{ amount }} / 12 else {{ amount }} end
{%- endmacro %}
