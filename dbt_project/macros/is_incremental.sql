{# dbt's own, but never so for Spark: it would ask the database whether the table is there. #}
{% macro is_incremental() -%} {{ return(not on_spark() and dbt.is_incremental()) }} {%- endmacro %}
