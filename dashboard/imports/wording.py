"""How the Import page words what ingest says and counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import plain, table
from dashboard.translation import N_, _
from dashboard.translation.faults import translated
from ingest import RefusedError, Remedy
from schema.errors import PromptoryError

PRUNE_MORE = N_("Even if that is more than 20 % of the collection")
UNDO_MORE = N_("Even if people liked or used its prompts since: that goes too")
COUNT_NAMES = {
    "found": N_("found"),
    "inserted": N_("inserted"),
    "updated": N_("updated"),
    "unchanged": N_("unchanged"),
    "duplicates": N_("duplicates"),
    "translations": N_("translations"),
    "rejected": N_("rejected"),
}

_NOTICE = "import_notice"
_REMEDIES = {
    Remedy.PRUNE_MORE: N_("If that is meant, tick “{box}” and import again."),
    Remedy.UNDO_MORE: N_("If that is meant, tick the box and undo again."),
    Remedy.SEPARATE_FIRST: N_("Take that back first on the Near-duplicates page."),
}


def told(error: PromptoryError | str) -> str:
    """The sentence of an expected fault in the reader's language, for Markdown."""
    if isinstance(error, RefusedError):
        return plain(f"{translated(error.reason)} {_(_REMEDIES[error.remedy], box=_(PRUNE_MORE))}", 900)
    return plain(translated(str(error)), 900)


def show_counts(files: list[dict[str, Any]], *, key: str) -> None:
    """A table of what became of the records of each file, without the counts that are zero everywhere."""
    counts = [name for name in COUNT_NAMES if name == "found" or any(file.get(name) for file in files)]
    texts = {
        "file": st.column_config.TextColumn(_("File"), width=300),
        "format": st.column_config.TextColumn(_("Format"), width=150),
    }
    numbers = {
        name: st.column_config.NumberColumn(_(COUNT_NAMES[name]).capitalize(), format="localized") for name in counts
    }
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
