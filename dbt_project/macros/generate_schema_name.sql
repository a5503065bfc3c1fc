{# Every model lives in the target's schema, whatever folder it is in. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}
{%- endmacro %}
