{{ config(tags=['reads_ledger'], meta={'dagster': {'ref': {'name': 'prompt_rankings'}}}) }}
-- Reconciliation: the last 24 hours hold exactly the ledger's views, but for those of bots on their days and of
-- creators of their own prompts.
with windows as (
    select * from {{ ref('int_ranking_windows') }}
    where ranking_window = '24h'
),

ranked as (
    select coalesce(sum(views), 0) as views
    from {{ ref('prompt_rankings') }}
    where ranking_window = '24h'
),

counted as (
    select count(*) as views
    from {{ ref('stg_library__activity_events') }} as events
    inner join {{ ref('stg_library__prompt_heads') }} as heads on events.prompt_id = heads.prompt_id
    inner join {{ source('library', 'prompts') }} as prompts on events.prompt_id = prompts.id
    where
        -- As values known before the ledger is read: other parts of it are not.
        events.occurred_at > (select windows.starts_at from windows)
        and events.occurred_at <= (select windows.as_of from windows)
        and events.event_type = 'view'
        and (events.user_id is null or prompts.created_by is null or events.user_id <> prompts.created_by)
        and not exists (
            select 1 from {{ ref('int_viewer_days') }} as days
            where
                days.viewer = events.viewer
                and days.activity_date = {{ utc_day('events.occurred_at') }}
                and days.is_bot
        )
)

select
    ranked.views as ranked_views,
    counted.views as ledger_views
from ranked
cross join counted
where
    ranked.views <> counted.views
    -- Unless something was loaded since the marts were built.
    and (select max(now_there.revision) from {{ ref('stg_library__activity_days') }} as now_there)
    = (select max(built.revision) from {{ ref('int_activity_days') }} as built)
