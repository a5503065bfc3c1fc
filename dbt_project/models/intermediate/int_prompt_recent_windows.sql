{{ config(tags=['lake'], contract={'enforced': true}) }}

with windows as (
    select * from {{ ref('int_ranking_windows') }}
),

heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

viewer_days as {{ '' if on_spark() else 'not materialized' }} (
    select * from {{ ref('int_prompt_viewer_days') }}
),

-- Windows begin and end in the middle of these days: their events are read one by one.
edges as (
    select {{ utc_day('as_of') }} as activity_date from windows
    union
    select {{ utc_day('starts_at') }} from windows
    union
    select {{ utc_day('starts_before_at') }} from windows
),

-- Whom int_prompt_viewer_days leaves out is left out here.
events as (
    select
        viewed.prompt_id,
        viewed.viewer,
        viewed.occurred_at,
        cast(viewed.event_type = 'view' as integer) as views,
        cast(viewed.event_type = 'copy' as integer) as copies
    from edges
    {{ join_views_and_copies() }}
),

-- Each of the days between lies in a window as a whole.
days as (
    select
        prompt_id,
        viewer,
        {{ utc_midnight('activity_date') }} as occurred_at,
        views,
        copies
    from viewer_days
    where
        activity_date > (select min(edges.activity_date) from edges)
        and activity_date < (select max(edges.activity_date) from edges)
        and activity_date not in (select edges.activity_date from edges where edges.activity_date is not null)
),

uses as (
    select * from events
    union all
    select * from days
),

viewers as (
    select
        windows.ranking_window,
        heads.head_id as prompt_id,
        uses.viewer <> '-' as is_known,
        coalesce(sum(uses.views) filter (where uses.occurred_at > windows.starts_at), 0) as views,
        coalesce(sum(uses.copies) filter (where uses.occurred_at > windows.starts_at), 0) as copies,
        coalesce(sum(uses.views) filter (where uses.occurred_at <= windows.starts_at), 0) as views_before
    from uses
    inner join windows on uses.occurred_at > windows.starts_before_at and uses.occurred_at <= windows.as_of
    inner join heads on uses.prompt_id = heads.prompt_id
    group by windows.ranking_window, heads.head_id, uses.viewer
),

final as (
    select
        ranking_window,
        prompt_id,
        cast(sum(views) as bigint) as views,
        cast(sum(copies) as bigint) as copies,
        count(*) filter (where is_known and views > 0) as unique_viewers,
        count(*) filter (where is_known and views_before > 0) as viewers_before
    from viewers
    group by ranking_window, prompt_id
)

select * from final
