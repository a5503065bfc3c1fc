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
