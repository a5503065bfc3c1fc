{{
    config(
        tags=['lake'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        pre_hook="{{ forget_changed_days() }}",
        indexes=[{'columns': ['activity_date', 'revision']}]
    )
}}

with days as (
    select * from {{ days_to_build() }} as changed
),

bots as {{ materialized() }} (
    {{ bots_of_days() }}
),

events as (
    select
        days.activity_date,
        events.event_id,
        events.event_type,
        events.occurred_at,
        events.viewer,
        coalesce('s' || events.session_id, 'u' || events.user_id) as visit,
        events.query,
        events.result_count,
        events.prompt_id,
        events.position
    from days
    {{ join_events_of_days() }}
    where events.event_type in ('search', 'view')
),

followed as (
    select
        events.*,
        lead(events.occurred_at) over (
            partition by events.activity_date, events.visit order by events.occurred_at, events.event_id
        ) as next_at
    from events
    left join bots on events.activity_date = bots.activity_date and events.viewer = bots.viewer
    where bots.viewer is null
),

-- What follows a search is known where its visit is, and where the time to wait for it ends on the same day.
searches as (
    select
        activity_date,
        coalesce({{ normalized_query('query') }}, '') as query,
        nullif(viewer, '-') as viewer,
        result_count,
        prompt_id is not null as is_clicked,
        case when prompt_id is not null then nullif(position, 0) end as click_position,
        visit is not null
        and occurred_at < {{ utc_midnight('activity_date + 1') }} - {{ follow_up_time() }} as is_followed,
        coalesce(next_at <= occurred_at + {{ follow_up_time() }}, false) as is_continued
    from followed
    where event_type = 'search'
),

counted as (
    select
        activity_date,
        query,
        count(*) as searches,
        count(result_count) as searches_with_count,
        count(*) filter (where result_count = 0) as zero_result_searches,
        count(*) filter (where is_clicked) as clicked_searches,
        count(click_position) as placed_clicks,
        coalesce(sum(1.0 / click_position), 0) as reciprocal_ranks,
        count(*) filter (where is_followed) as followed_searches,
        count(*) filter (where is_followed and not is_clicked and not is_continued) as abandoned_searches,
        count(*) filter (where click_position <= 10) as clicks_at_10,
        -- So many are enough to know that as many searched for it.
        {{ first_values('viewer', var('search_query_people')) }} as searchers
    from searches
    group by activity_date, query
),

-- A day without searches leaves a row too: it would be read again in each run.
final as (
    select
        days.activity_date,
        counted.query,
        coalesce(counted.searches, 0) as searches,
        coalesce(counted.searches_with_count, 0) as searches_with_count,
        coalesce(counted.zero_result_searches, 0) as zero_result_searches,
        coalesce(counted.clicked_searches, 0) as clicked_searches,
        coalesce(counted.placed_clicks, 0) as placed_clicks,
        coalesce(counted.reciprocal_ranks, 0) as reciprocal_ranks,
        coalesce(counted.followed_searches, 0) as followed_searches,
        coalesce(counted.abandoned_searches, 0) as abandoned_searches,
        days.revision,
        coalesce(counted.clicks_at_10, 0) as clicks_at_10,
        counted.searchers
    from days
    left join counted on days.activity_date = counted.activity_date
    {{ days_carried_over([
        'activity_date', 'query', 'searches', 'searches_with_count', 'zero_result_searches', 'clicked_searches',
        'placed_clicks', 'reciprocal_ranks', 'followed_searches', 'abandoned_searches', 'revision', 'clicks_at_10',
        'searchers'
    ]) }}
)

select * from final
