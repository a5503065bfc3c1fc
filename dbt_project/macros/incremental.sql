{# Whether no row of `relation` has the same values in `columns` as a row of the relation that is called `rows`. #}
{% macro has_no_equal(rows, relation, columns) -%}
    not exists (
        select 1 from {{ relation }} as others
        where
            {% for column in columns -%}
                others.{{ column }} = {{ rows }}.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    )
{%- endmacro %}

{# Whether a row of the relation `candidates` is still to be built: this table has none like it. In a full refresh all. #}
{% macro is_to_build(candidates, columns) -%}
    {{ has_no_equal(candidates, this, columns) if is_incremental() else 'true' }}
{%- endmacro %}
