{# The days whose tag figures are to be built: those whose events changed, or the tags of a prompt that was used then. #}
{% macro tagged_days_to_build() -%}
    (
        select days.*
        from {{ ref('int_tagged_days') }} as days
        {%- if is_incremental() %}
        where not exists (
            select 1 from {{ this }} as counted
            where
                counted.activity_date = days.activity_date
                and counted.revision = days.revision
                and counted.tagging = days.tagging
        )
        {%- endif %}
    )
{%- endmacro %}

{# Pre-hook of int_tag_days: take out what is to be built anew, and days on which nothing that was used has a tag. #}
{% macro forget_changed_tagged_days() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as counted
        where not exists (
            select 1 from {{ ref('int_tagged_days') }} as days
            where
                counted.activity_date = days.activity_date
                and counted.revision = days.revision
                and counted.tagging = days.tagging
        )
    {%- endif -%}
{%- endmacro %}
