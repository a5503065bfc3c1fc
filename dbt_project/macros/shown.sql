{#
    What was shown on a day is judged by what followed in the seven days after it. Its model does as those by day in
    days.sql, with the revisions of int_followed_days: a like that comes late changes the days whose lists it follows.
#}

{# The days to read, with their revisions: all, or in an incremental run those that they or what followed changed. #}
{% macro followed_days_to_build() -%}
    (
        select
            days.activity_date,
            days.revision
        from {{ ref('int_followed_days') }} as days
        where
            days.events_dropped_at is null
            and {{ is_to_build('days', ['activity_date', 'revision']) }}
    )
{%- endmacro %}

{# Joins the lists that were shown on the days of the relation `days`, day by day as the ledger's events. #}
{% macro join_lists_of_days() -%}
    {%- if on_spark() %}
    inner join {{ ref('stg_library__shown_lists') }} as lists on {{ utc_day('lists.shown_at') }} = days.activity_date
    {%- else %}
    cross join lateral (
        select shown.*
        from {{ ref('stg_library__shown_lists') }} as shown
        where
            shown.shown_at >= {{ utc_midnight('days.activity_date') }}
            and shown.shown_at < {{ utc_midnight('days.activity_date + 1') }}
        offset 0
    ) as lists
    {%- endif %}
{%- endmacro %}

{# How long after it was shown a prompt that is liked was a good one to show. #}
{% macro like_follows_within() -%} interval '168 hours' {%- endmacro %}
