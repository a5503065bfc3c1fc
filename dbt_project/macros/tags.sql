{# What a day's tag figures depend on. #}
{% macro of_tagged_day() -%}
    {{ return(['activity_date', 'revision', 'tagging']) }}
{%- endmacro %}

{# The days whose tag figures are to be built: those whose events changed, or the tags of a prompt that was used then. #}
{% macro tagged_days_to_build() -%}
    (
        select days.*
        from {{ ref('int_tagged_days') }} as days
        where {{ is_to_build('days', of_tagged_day()) }}
    )
{%- endmacro %}

{# Pre-hook of int_tag_days: take out what is to be built anew, and days on which nothing that was used has a tag. #}
{% macro forget_changed_tagged_days() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as counted
        where {{ has_no_equal('counted', ref('int_tagged_days'), of_tagged_day()) }}
    {%- endif -%}
{%- endmacro %}
