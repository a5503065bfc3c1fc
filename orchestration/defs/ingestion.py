"""Assets that bring files into the library: prompts, people, activity by day, subscriptions."""

from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from ingest import (
    COUNTS,
    BatchResult,
    ImportOptions,
    UnreadableFileError,
    import_prompts,
    load_activity,
    load_subscriptions,
    load_users,
    refresh_subscription_status,
)
from orchestration.defs.resources import Library
from orchestration.lib.landing import activity_files, data_files, inbox_collection

days = dg.DailyPartitionsDefinition(start_date="2024-01-01", timezone="UTC")


class InboxFiles(dg.Config):
    """Which inbox files to import, by their path below the inbox; none means all."""

    files: list[str] = Field(default_factory=list)


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"})
def prompts(context: dg.AssetExecutionContext, config: InboxFiles, library: Library) -> dg.MaterializeResult[Any]:
    """Prompts of the collections in the inbox; a file that cannot be read does not keep the others out."""
    inbox = library.settings.inbox
    chosen = [inbox / name for name in config.files] if config.files else data_files(inbox)
    results: list[BatchResult] = []
    unreadable: list[str] = []
    for path in chosen:
        try:
            options = ImportOptions(collection=inbox_collection(inbox, path), root=inbox)
            results.append(import_prompts(library.engine, [path], options))
        except UnreadableFileError as error:
            unreadable.append(str(error))
            context.log.error(str(error))
    if unreadable:
        raise dg.Failure(f"{len(unreadable)} of {len(chosen)} files cannot be read: {' '.join(unreadable)}")
    return dg.MaterializeResult(metadata=_metadata(results))


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"})
def users(library: Library) -> dg.MaterializeResult[Any]:
    """The application's accounts."""
    files = data_files(library.settings.landing / "users")
    results = [load_users(library.engine, files, root=library.settings.landing)] if files else []
    return dg.MaterializeResult(metadata=_metadata(results))


@dg.asset(
    key_prefix="library",
    group_name="library",
    kinds={"postgres"},
    partitions_def=days,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[prompts, users],
)
def activity_events(context: dg.AssetExecutionContext, library: Library) -> dg.MaterializeResult[Any]:
    """The activity ledger, by UTC day, and the likes that follow from it."""
    wanted = [date.fromisoformat(key) for key in context.partition_keys]
    files = [path for day in wanted for path in activity_files(library.settings.landing, day)]
    if not files:
        context.log.warning(f"There is no activity file for {wanted[0]} to {wanted[-1]}.")
    results = [load_activity(library.engine, files, root=library.settings.landing)] if files else []
    return dg.MaterializeResult(metadata=_metadata(results))


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"}, deps=[users])
def subscriptions(library: Library) -> dg.MaterializeResult[Any]:
    """Subscription spans from billing exports, and who is FREE or PRO now."""
    files = data_files(library.settings.landing / "subscriptions")
    results = [load_subscriptions(library.engine, files, root=library.settings.landing)] if files else []
    refresh_subscription_status(library.engine)
    return dg.MaterializeResult(metadata=_metadata(results))


assets = [prompts, users, activity_events, subscriptions]


def _metadata(results: list[BatchResult]) -> dict[str, Any]:
    """Counts for Dagster's page of the run; the files themselves are in the import history."""
    counts: dict[str, Any] = {count: sum(result.total(count) for result in results) for count in COUNTS}
    return counts | {"batches": [result.batch_id for result in results]}
