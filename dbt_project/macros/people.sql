{# Whether an account is the author of an imported collection, who cannot sign in. #}
{% macro is_contributor(external_id) -%}
    coalesce({{ external_id }} like 'contributor:%', false)
{%- endmacro %}
