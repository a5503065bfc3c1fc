"""The code location: everything that Dagster knows of Promptory."""

import dagster as dg

from orchestration.defs import lake_upkeep
from orchestration.defs.automation import (
    AFTER_DAYS_CHANGE,
    automated,
    automated_days,
    library_changes_sensor,
)
from orchestration.defs.checks import checks
from orchestration.defs.discovery import prompt_neighbours, recommendation_nights, search_embeddings
from orchestration.defs.ingestion import assets as ingestion
from orchestration.defs.lake import lake_days, lake_state, lake_tests
from orchestration.defs.resources import IS_SPARK, resources
from orchestration.defs.schedules import jobs, schedules
from orchestration.defs.sensors import sensors
from orchestration.defs.warehouse import warehouse
from orchestration.lib.run_faults import tell_run_event
from schema.error_reports import report_errors
from schema.lines import keep_standard_error
from schema.logs import configure_logs
from schema.settings import get_settings

if get_settings().environment == "production":  # on a laptop people read Dagster's own lines
    keep_standard_error()
    configure_logs(get_settings(), [tell_run_event])
    dg.get_dagster_logger().propagate = False  # its lines come once more, with the run that they are of
report_errors("dagster")

computed = [automated(prompt_neighbours)]
if IS_SPARK:  # which computes those, too
    computed = [automated_days(lake_days), automated(lake_state, AFTER_DAYS_CHANGE)]

defs = dg.Definitions(
    assets=[
        *ingestion,
        automated(warehouse),
        *computed,
        automated(search_embeddings),
        recommendation_nights,
    ],
    asset_checks=[*checks, lake_tests] if IS_SPARK else checks,
    jobs=[*jobs, *lake_upkeep.jobs],
    schedules=[*schedules, *lake_upkeep.schedules],
    sensors=[*sensors, library_changes_sensor],
    resources=resources,
    executor=dg.multiprocess_executor.configured({"max_concurrent": 2}),
)
