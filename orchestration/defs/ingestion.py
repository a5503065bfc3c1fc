"""Assets that bring files into the library: prompts, people, activity by day, subscriptions."""

import warnings
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from ingest import (
    COUNTS,
    BatchResult,
    ImportOptions,
    find_near_duplicates,
    import_prompts,
    keep_months,
    load_subscriptions,
    load_users,
    refresh_subscription_status,
)
from ingest.inbox import DONE, REJECTED
from ingest.lake import drop_months, load_events, retry_events
from orchestration.defs.resources import IS_SPARK, Library
from schema.database import viewer_session
from schema.errors import DatabaseError, PromptoryError
from schema.repository.history import Rejection, rejections_of
from schema.wording import counted

MAX_REJECTIONS_SHOWN = 500

# Each process that loads this would be told that Dagster may change the parameter.
warnings.filterwarnings("ignore", "Parameter `backfill_policy`")

days = dg.DailyPartitionsDefinition(start_date="2024-01-01", timezone="UTC")


class InboxObjects(dg.Config):
    """Which inbox objects to import, by their names below the inbox; none means all."""

    objects: list[str] = Field(default_factory=list)


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"})
def prompts(context: dg.AssetExecutionContext, config: InboxObjects, library: Library) -> dg.MaterializeResult[Any]:
    """Prompts of the collections in the inbox; an object that cannot be read does not keep the others out."""
    inbox, waiting = library.inbox, library.inbox.objects()
    results: list[BatchResult] = []
    refused: list[str] = []
    for name in config.objects or waiting:
        if name not in waiting:
            context.log.warning(f"{name} is no longer in the inbox.")
            continue
        options = ImportOptions(collection=inbox.collection(name), root=inbox.root)
        outcome, report = DONE, {"object": name}
        try:
            result = import_prompts(library.engine, [inbox.address(name)], options)
        except DatabaseError:
            raise  # not the object's fault: it waits for a database that answers
        except PromptoryError as error:
            refused.append(str(error))
            context.log.error(str(error))
            outcome, report = REJECTED, report | {"reason": str(error)}
        else:
            results.append(result)
            report |= _report(library, result)
        if inbox.objects().get(name) == waiting[name]:
            inbox.file_away(name, outcome, report, datetime.now(UTC))
        else:
            context.log.warning(f"{name} changed meanwhile; it stays in the inbox and is imported again.")
    find_near_duplicates(library.engine)
    if refused:
        raise dg.Failure(f"In rejected/, as it cannot be read: {counted(len(refused), 'object')}. {' '.join(refused)}")
    return dg.MaterializeResult(metadata=_metadata(results) | {"rejections": _rejections_table(library, results)})


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"})
def users(library: Library) -> dg.MaterializeResult[Any]:
    """The application's accounts."""
    files = library.landing.files("users")
    results = [load_users(library.engine, files, root=library.landing.root)] if files else []
    return dg.MaterializeResult(metadata=_metadata(results))


@dg.asset(
    key_prefix="library",
    group_name="library",
    kinds={"parquet" if IS_SPARK else "postgres"},
    partitions_def=days,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[prompts, users],
)
def activity_events(context: dg.AssetExecutionContext, library: Library) -> dg.MaterializeResult[Any]:
    """The activity ledger, by UTC day, and the likes that follow from it."""
    wanted = [date.fromisoformat(key) for key in context.partition_keys]
    files = [path for day in wanted for path in library.landing.activity_files(day)]
    if not files:
        context.log.warning(f"There is no activity file for {wanted[0]} to {wanted[-1]}.")
    results = [load_events(library.engine, files, root=library.landing.root)] if files else []
    return dg.MaterializeResult(metadata=_metadata(results))


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"})
def activity_months(library: Library) -> dg.MaterializeResult[Any]:
    """The months of the ledger: made ahead, and raw events dropped, in the lake too, when they are kept no longer."""
    kept = library.settings.activity_months
    told = {"months kept": kept, "dropped": keep_months(library.engine, kept)}
    if days_dropped := drop_months(library.engine, library.lake):
        told["days dropped from the lake"] = days_dropped
    return dg.MaterializeResult(metadata=told)


@dg.asset(key_prefix="library", group_name="library", kinds={"postgres"}, deps=[users])
def subscriptions(library: Library) -> dg.MaterializeResult[Any]:
    """Subscription spans from billing exports and Stripe's events, refunds, and who is FREE or PRO now."""
    files = library.landing.files("subscriptions")
    results = [load_subscriptions(library.engine, files, root=library.landing.root)] if files else []
    refresh_subscription_status(library.engine)
    return dg.MaterializeResult(metadata=_metadata(results))


assets = [prompts, users, activity_events, activity_months, subscriptions]


@dg.op
def load_refused_events(library: Library) -> dg.Output[None]:
    """Refused events that can be loaded by now; the others stay refused."""
    return dg.Output(None, metadata=_metadata([retry_events(library.engine)]))


@dg.job(description="Load refused events that can be loaded by now: with the engine spark, the dashboard has it do so.")
def retry_refused_events() -> None:
    """One step: Dagster's runs may write to the lake, which the dashboard may only read."""
    load_refused_events()


def _metadata(results: list[BatchResult]) -> dict[str, Any]:
    """Counts for Dagster's page of the run; the files themselves are in the import history."""
    counts: dict[str, Any] = {count: sum(result.total(count) for result in results) for count in COUNTS}
    return counts | {"batches": [result.batch_id for result in results]}


def _report(library: Library, result: BatchResult) -> dict[str, Any]:
    """What lies beside an imported object: its counts, and why records were refused."""
    return {**result.as_dict(), "rejections": [asdict(one) for one in _refused(library, result)]}


def _rejections_table(library: Library, results: list[BatchResult]) -> dg.MetadataValue[Any]:
    refused = [one for result in results for one in _refused(library, result)]
    records = [dg.TableRecord({"file": one.file, "row": one.row_number, "reason": one.reason}) for one in refused]
    columns = [dg.TableColumn("file"), dg.TableColumn("row", type="int"), dg.TableColumn("reason")]
    return dg.MetadataValue.table(records[:MAX_REJECTIONS_SHOWN], dg.TableSchema(columns))


def _refused(library: Library, result: BatchResult) -> list[Rejection]:
    if result.batch_id is None or not result.total("rejected"):
        return []
    with viewer_session(library.engine, None) as session:
        return rejections_of(session, result.batch_id, take=MAX_REJECTIONS_SHOWN)
