"""How the Import page words what ingest says and counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import plain, table
from ingest import COUNTS, RefusedError, Remedy
from schema.errors import PromptoryError

PRUNE_MORE = "Even if that is more than 20 % of the collection"
UNDO_MORE = "Even if people liked or used its prompts since: that goes too"

_NOTICE = "import_notice"
_REMEDIES = {
    Remedy.PRUNE_MORE: f"If that is meant, tick “{PRUNE_MORE}” and import again.",
    Remedy.UNDO_MORE: "If that is meant, tick the box and undo again.",
    Remedy.SEPARATE_FIRST: "Take that back first on the Near-duplicates page.",
}


def told(error: PromptoryError | str) -> str:
    """The sentence of an expected fault, for Markdown."""
    message = f"{error.reason} {_REMEDIES[error.remedy]}" if isinstance(error, RefusedError) else str(error)
    return plain(message, 900)


def show_counts(files: list[dict[str, Any]], *, key: str) -> None:
    """A table of what became of the records of each file, without the counts that are zero everywhere."""
    counts = [name for name in COUNTS if name == "found" or any(file.get(name) for file in files)]
    texts = {
        "File": st.column_config.TextColumn("File", width=300),
        "Format": st.column_config.TextColumn("Format", width=150),
    }
    numbers = {name: st.column_config.NumberColumn(name.capitalize(), format="localized") for name in counts}
    rows = [[file["path"], file.get("format", ""), *(file.get(name, 0) for name in counts)] for file in files]
    table(pd.DataFrame(rows, columns=[*texts, *numbers]), texts | numbers, key=key)


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Do something for a click. What is said (Markdown) stands on the page on the next run, as does a fault."""

    def say(done: str) -> None:
        st.session_state[_NOTICE] = (done, True)

    try:
        yield say
    except PromptoryError as error:
        st.session_state[_NOTICE] = (told(error), False)


def show_notice() -> None:
    """Say what the last click did, once."""
    message, is_done = st.session_state.pop(_NOTICE, ("", True))
    if message and is_done:
        st.success(message, icon=":material/check:")
    elif message:
        st.error(message, icon=":material/error:")
