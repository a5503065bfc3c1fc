{# Pre-hook of int_prompt_viewers: take out who opened a prompt first on a day that changed, and now never did. #}
{% macro forget_vanished_viewers() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as known
        using {{ days_to_build(dropped=true) }} as changed
        where
            known.activity_date = changed.activity_date
            and not exists (
                select 1 from {{ ref('int_prompt_viewer_days') }} as views
                where views.prompt_id = known.prompt_id and views.viewer = known.viewer and views.views > 0
            )
    {%- endif -%}
{%- endmacro %}

{# In an incremental run: who opened a prompt on a day that changed, and who was thought to have done so first on one. #}
{% macro only_of_changed_days() -%}
    {%- if is_incremental() -%}
        where (prompt_id, viewer) in (
            select
                opened.prompt_id,
                opened.viewer
            from {{ days_to_build(dropped=true) }} as changed
            inner join {{ ref('int_prompt_viewer_days') }} as opened on changed.activity_date = opened.activity_date
            union
            select
                known.prompt_id,
                known.viewer
            from {{ days_to_build(dropped=true) }} as changed
            inner join {{ this }} as known on changed.activity_date = known.activity_date
        )
    {%- endif -%}
{%- endmacro %}
