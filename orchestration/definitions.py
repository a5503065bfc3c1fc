"""The code location: everything that Dagster knows of Promptory."""

import dagster as dg

from orchestration.defs.automation import automated, library_changes_sensor
from orchestration.defs.checks import checks
from orchestration.defs.discovery import prompt_neighbours, recommendation_nights, search_embeddings
from orchestration.defs.ingestion import assets as ingestion
from orchestration.defs.resources import resources
from orchestration.defs.schedules import jobs, schedules
from orchestration.defs.sensors import sensors
from orchestration.defs.warehouse import warehouse

defs = dg.Definitions(
    assets=[
        *ingestion,
        automated(warehouse),
        automated(prompt_neighbours),
        automated(search_embeddings),
        recommendation_nights,
    ],
    asset_checks=checks,
    jobs=jobs,
    schedules=schedules,
    sensors=[*sensors, library_changes_sensor],
    resources=resources,
    executor=dg.multiprocess_executor.configured({"max_concurrent": 2}),
)
