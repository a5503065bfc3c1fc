{# The price of a billing interval as a price of a month: a yearly price counts a twelfth. #}
{% macro monthly_amount(amount, billing_interval) -%}
    case {{ billing_interval }} when 'YEAR' then {{ amount }} / 12 else {{ amount }} end
{%- endmacro %}

{# A person's MRR: a monthly price in dollars, rounded to the cent here and nowhere else, so that all sums agree. #}
{% macro in_usd(monthly_price, usd_per_unit) -%}
    cast(round({{ monthly_price }} * {{ usd_per_unit }}, 2) as numeric(18, 2))
{%- endmacro %}
