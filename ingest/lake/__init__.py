"""The event lake: events as Parquet, a folder a day, which Spark reads where they lie.

`layout` says where what lies, `manifest` what a day's marker says, and `store` reads and writes both. `write` adds
event files by way of `staging`, and `ledger` what PostgreSQL holds, both through a `spool` on disk and through `days`,
which keeps a day to one writer and commits it; `restore` is the way back, and `engine` says which way event files go.
`compact` makes days tidy, `check` reads them all, `mend` takes out what is damaged, and `held` counts what is there.
Nobody's memory grows with a file or a day: `files` and `ids` say how.
"""

from ingest.lake.check import Finding, LakeCheck, check, day_faults
from ingest.lake.compact import Compaction, compact, drop_months
from ingest.lake.days import check_schema, dropped_days, settle_versions
from ingest.lake.engine import load_events, retry_events
from ingest.lake.held import events_by_day, events_held, events_of_prompts, lake_in_use
from ingest.lake.layout import COLUMNS, EVENTS
from ingest.lake.ledger import write_loaded, write_own
from ingest.lake.manifest import LakeFile, Manifest, Source
from ingest.lake.mend import mend
from ingest.lake.restore import only_in_lake, refuse_if_only_in_lake, restore
from ingest.lake.store import Lake
from ingest.lake.write import LakeResult, write_files, write_rejected

__all__ = [
    "COLUMNS",
    "EVENTS",
    "Compaction",
    "Finding",
    "Lake",
    "LakeCheck",
    "LakeFile",
    "LakeResult",
    "Manifest",
    "Source",
    "check",
    "check_schema",
    "compact",
    "day_faults",
    "drop_months",
    "dropped_days",
    "events_by_day",
    "events_held",
    "events_of_prompts",
    "lake_in_use",
    "load_events",
    "mend",
    "only_in_lake",
    "refuse_if_only_in_lake",
    "restore",
    "retry_events",
    "settle_versions",
    "write_files",
    "write_loaded",
    "write_own",
    "write_rejected",
]
