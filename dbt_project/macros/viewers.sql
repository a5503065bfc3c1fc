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

{#
    The first day on which each viewer opened a prompt. In an incremental run only of those who opened it on a day that
    changed, or were thought to have done so first on one: each is looked up in the index.
#}
{% macro first_views() -%}
    {%- set views = ref('int_prompt_viewer_days') -%}
    {%- if is_incremental() -%}
        select
            affected.prompt_id,
            affected.viewer,
            firsts.activity_date
        from (
            select opened.prompt_id, opened.viewer
            from {{ days_to_build(dropped=true) }} as changed
            inner join {{ views }} as opened on changed.activity_date = opened.activity_date
            where opened.viewer <> '-'
            union
            select known.prompt_id, known.viewer
            from {{ days_to_build(dropped=true) }} as changed
            inner join {{ this }} as known on changed.activity_date = known.activity_date
        ) as affected
        cross join lateral (
            select min(views.activity_date) as activity_date
            from {{ views }} as views
            where views.prompt_id = affected.prompt_id and views.viewer = affected.viewer and views.views > 0
        ) as firsts
        where firsts.activity_date is not null
    {%- else -%}
        select
            prompt_id,
            viewer,
            min(activity_date) as activity_date
        from {{ views }}
        where views > 0 and viewer <> '-'
        group by prompt_id, viewer
    {%- endif -%}
{%- endmacro %}
