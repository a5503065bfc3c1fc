"""Event files into what the engine counts: the ledger with postgres, the lake with spark."""

from collections.abc import Sequence

from sqlalchemy import Engine

from ingest.activity import load_activity, retry_activity
from ingest.batch import BatchResult
from ingest.lake.restore import refuse_if_only_in_lake
from ingest.lake.store import Lake
from ingest.lake.write import write_files, write_rejected
from ingest.sources import Address
from ingest.staging import Progress, no_progress
from schema.settings import get_settings


def load_events(
    engine: Engine, addresses: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load events; loading them again changes nothing, and their order does not matter.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
        LakeDayError: days of the lake cannot be used; the other days are written.
        LakeError: the lake cannot be reached, or has events that the ledger lacks.
    """
    lake = Lake(get_settings().lake)
    if get_settings().engine == "spark":
        return _batch(write_files(engine, lake, addresses, progress, root=root).batch)
    refuse_if_only_in_lake(engine, lake)
    return load_activity(engine, addresses, progress, root=root)


def retry_events(engine: Engine) -> BatchResult:
    """Load the events that were rejected and could be loaded now; those that still cannot stay as they are.

    Raises:
        LakeError: as `load_events`.
    """
    lake = Lake(get_settings().lake)
    if get_settings().engine == "spark":
        return _batch(write_rejected(engine, lake).batch)
    refuse_if_only_in_lake(engine, lake)
    return retry_activity(engine)


def _batch(batch: BatchResult | None) -> BatchResult:
    assert batch is not None  # files and rejections come as one
    return batch
