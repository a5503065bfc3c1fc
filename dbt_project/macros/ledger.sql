{#
    Joins the ledger's events to the days of the relation `days`, as `events`. An incremental run reads day by day, so
    that it reads the parts of the ledger that hold these days, and never all of it, whatever the planner expects.
#}
{% macro join_events_of_days() -%}
    {%- if is_incremental() -%}
        cross join lateral (
            select ledger.*
            from {{ ref('stg_library__activity_events') }} as ledger
            where
                ledger.occurred_at >= {{ utc_midnight('days.activity_date') }}
                and ledger.occurred_at < {{ utc_midnight('days.activity_date + 1') }}
            offset 0
        ) as events
    {%- else -%}
        inner join {{ ref('stg_library__activity_events') }} as events
            on {{ utc_day('events.occurred_at') }} = days.activity_date
    {%- endif -%}
{%- endmacro %}

{# Who is a bot on which day of the relation `days`; read day by day too. To be materialized: it is looked up often. #}
{% macro bots_of_days() -%}
    {%- if on_spark() -%}
        select
            known.activity_date,
            known.viewer
        from days
        inner join {{ ref('int_viewer_days') }} as known on days.activity_date = known.activity_date
        where known.is_bot
    {%- else -%}
        select
            days.activity_date,
            viewer_days.viewer
        from days
        cross join lateral (
            select known.viewer
            from {{ ref('int_viewer_days') }} as known
            where known.activity_date = days.activity_date and known.is_bot
            offset 0
        ) as viewer_days
    {%- endif -%}
{%- endmacro %}

{#
    Joins what the relation `viewer_days` counts of the days of the relation `edges` as single views and copies,
    `viewed`. Day by day in PostgreSQL, or it would sort the whole ledger.
#}
{% macro join_views_and_copies() -%}
    {%- if on_spark() -%}
        inner join viewer_days on edges.activity_date = viewer_days.activity_date
        inner join (
            select * from {{ ref('stg_library__activity_events') }}
            where event_type in ('view', 'copy')
        ) as viewed
            on
                edges.activity_date = {{ utc_day('viewed.occurred_at') }}
                and viewer_days.prompt_id = viewed.prompt_id
                and viewer_days.viewer = viewed.viewer
    {%- else -%}
        cross join lateral (
            select
                viewer_days.prompt_id,
                viewer_days.viewer,
                ledger.occurred_at,
                ledger.event_type
            from viewer_days
            inner join {{ ref('stg_library__activity_events') }} as ledger
                on viewer_days.prompt_id = ledger.prompt_id and viewer_days.viewer = ledger.viewer
            where
                viewer_days.activity_date = edges.activity_date
                and ledger.occurred_at >= {{ utc_midnight('edges.activity_date') }}
                and ledger.occurred_at < {{ utc_midnight('edges.activity_date + 1') }}
                and ledger.event_type in ('view', 'copy')
            offset 0
        ) as viewed
    {%- endif -%}
{%- endmacro %}

{#
    The newest days of the ledger, for reconciling: without those that changed since the build began, and those that the
    ledger holds no longer.
#}
{% macro newest_unchanged_days(days) -%}
    select built.activity_date
    from {{ ref('int_activity_days') }} as built
    inner join {{ ref('stg_library__activity_days') }} as ledger
        on built.activity_date = ledger.activity_date and built.revision = ledger.revision
    where
        ledger.events_dropped_at is null
        and built.activity_date > (select max(newest.activity_date) - {{ days }} from {{ ref('int_activity_days') }} as newest)
{%- endmacro %}
