{# The price of so many billing intervals as a price of a month: a yearly price counts a twelfth. #}
{% macro monthly_amount(amount, billing_interval, interval_count) -%}
    {{ amount }} / (case {{ billing_interval }} when 'YEAR' then 12 else 1 end * {{ interval_count }})
{%- endmacro %}

{# A person's MRR: a monthly price in dollars, rounded to the cent here and nowhere else, so that all sums agree. #}
{% macro in_usd(monthly_price, usd_per_unit) -%}
    cast(round({{ monthly_price }} * {{ usd_per_unit }}, 2) as numeric(18, 2))
{%- endmacro %}
