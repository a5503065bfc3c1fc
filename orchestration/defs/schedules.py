"""Jobs and when they run."""

import dagster as dg

from orchestration.defs.automation import RANKINGS_ONLY
from orchestration.defs.discovery import prompt_neighbours, recommendation_nights, search_embeddings
from orchestration.defs.ingestion import activity_events, activity_months, days, prompts, subscriptions, users
from orchestration.defs.lake import lake
from orchestration.defs.warehouse import warehouse

# What a run gets as a task of its own on ECS, where the instance's default is not enough: CPU units and MB.
_LARGE = {"ecs/cpu": "2048", "ecs/memory": "8192"}

# With the engine spark, the neighbours are among what it computes.
_BUILT = dg.AssetSelection.assets(warehouse, *lake)
_RANKINGS = (dg.AssetSelection.groups("rankings") | dg.AssetSelection.assets(*lake)).upstream()

import_inbox = dg.define_asset_job(
    "import_inbox", selection=dg.AssetSelection.assets(prompts), description="Import prompt collections of the inbox."
)

refresh_rankings = dg.define_asset_job(
    "refresh_rankings",
    selection=_BUILT & _RANKINGS,
    description="Build the rankings and what they need.",
    tags=RANKINGS_ONLY,
)

refresh_warehouse = dg.define_asset_job(
    "refresh_warehouse",
    selection=_BUILT | dg.AssetSelection.assets(prompt_neighbours, search_embeddings),
    description="Build the whole warehouse from what the library holds.",
    tags=_LARGE,
)

load_activity_day = dg.define_asset_job(
    "load_activity_day",
    selection=dg.AssetSelection.assets(activity_events),
    partitions_def=days,
    description="Load a day's activity again, as its files are new or changed.",
)

daily_ingest = dg.define_asset_job(
    "daily_ingest",
    selection=_BUILT
    | dg.AssetSelection.assets(
        users, activity_events, activity_months, subscriptions, prompt_neighbours, search_embeddings
    ),
    partitions_def=days,
    description="Load a day's activity, accounts and billing, then build the whole warehouse.",
    tags=_LARGE,
)

measure_recommendations = dg.define_asset_job(
    "measure_recommendations",
    selection=dg.AssetSelection.assets(recommendation_nights),
    description="Measure how well the newest likes are foreseen.",
    tags=_LARGE,
)

hourly_rankings = dg.ScheduleDefinition(
    name="hourly_rankings",
    job=refresh_rankings,
    cron_schedule="5 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

# Twenty minutes after midnight, so that the application has closed the day's file.
ingest_each_day = dg.build_schedule_from_partitioned_job(
    daily_ingest,
    name="ingest_each_day",
    hour_of_day=0,
    minute_of_hour=20,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

# When the day's activity has been loaded, and few people are there.
measure_each_night = dg.ScheduleDefinition(
    name="measure_each_night",
    job=measure_recommendations,
    cron_schedule="50 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

jobs = [import_inbox, refresh_rankings, refresh_warehouse, load_activity_day, daily_ingest, measure_recommendations]
schedules = [hourly_rankings, ingest_each_day, measure_each_night]
