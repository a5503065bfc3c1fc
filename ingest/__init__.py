"""Files in, validated records, library tables. Knows neither Dagster nor Streamlit."""

from ingest.activity import keep_months, load_activity, retry_activity
from ingest.batch import COUNTS, BatchResult, FileResult
from ingest.billing import (
    KnownPlan,
    known_plans,
    load_subscriptions,
    map_price,
    refresh_subscription_status,
    retry_subscriptions,
)
from ingest.columns import ALIASES
from ingest.composing import compose_prompt
from ingest.corrections import access_said, import_corrections
from ingest.errors import RefusedError, Remedy, UnreadableFileError
from ingest.export import FORMATS as EXPORT_FORMATS
from ingest.export import Selection, export_prompts
from ingest.fields import PromptRecord
from ingest.inbox import Inbox, RejectedObject, WaitingObject
from ingest.near_duplicates import decide, find_near_duplicates, separate
from ingest.preview import Fault, FilePreview, Preview, preview_prompts
from ingest.prompts import MAX_COLLECTION_CHARACTERS, ImportOptions, collection_of, import_prompts
from ingest.sources import Address, is_remote, s3_files
from ingest.staging import Progress
from ingest.undo import UndoResult, undo_import
from ingest.users import load_users
from ingest.variables import parts_of, variables_of

__all__ = [
    "ALIASES",
    "COUNTS",
    "EXPORT_FORMATS",
    "MAX_COLLECTION_CHARACTERS",
    "Address",
    "BatchResult",
    "Fault",
    "FilePreview",
    "FileResult",
    "ImportOptions",
    "Inbox",
    "KnownPlan",
    "Preview",
    "Progress",
    "PromptRecord",
    "RefusedError",
    "RejectedObject",
    "Remedy",
    "Selection",
    "UndoResult",
    "UnreadableFileError",
    "WaitingObject",
    "access_said",
    "collection_of",
    "compose_prompt",
    "decide",
    "export_prompts",
    "find_near_duplicates",
    "import_corrections",
    "import_prompts",
    "is_remote",
    "keep_months",
    "known_plans",
    "load_activity",
    "load_subscriptions",
    "load_users",
    "map_price",
    "parts_of",
    "preview_prompts",
    "refresh_subscription_status",
    "retry_activity",
    "retry_subscriptions",
    "s3_files",
    "separate",
    "undo_import",
    "variables_of",
]
