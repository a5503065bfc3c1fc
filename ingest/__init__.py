"""Files in, validated records, library tables. Knows neither Dagster nor Streamlit."""

from ingest.activity import load_activity
from ingest.batch import COUNTS, BatchResult, FileResult
from ingest.errors import UnreadableFileError
from ingest.preview import Preview, preview_prompts
from ingest.prompts import MAX_COLLECTION_CHARACTERS, ImportOptions, collection_of, import_prompts
from ingest.staging import Progress
from ingest.subscriptions import load_subscriptions, refresh_subscription_status
from ingest.undo import UndoResult, undo_import
from ingest.users import load_users

__all__ = [
    "COUNTS",
    "MAX_COLLECTION_CHARACTERS",
    "BatchResult",
    "FileResult",
    "ImportOptions",
    "Preview",
    "Progress",
    "UndoResult",
    "UnreadableFileError",
    "collection_of",
    "import_prompts",
    "load_activity",
    "load_subscriptions",
    "load_users",
    "preview_prompts",
    "refresh_subscription_status",
    "undo_import",
]
