"""How the Import page words what ingest says and counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import plain, table
from ingest import COUNTS
from schema.errors import PromptoryError

PRUNE_MORE = "Even if that is more than 20 % of the collection"
UNDO_MORE = "Even if people liked or used its prompts since: that goes too"

_NOTICE = "import_notice"
# Ingest speaks to people at a terminal; here the same is done by hand.
_AT_THE_TERMINAL = {
    "import with --force": f"tick “{PRUNE_MORE}” and import again",
    "undo with --force": "tick the box and undo again",
    ": promptory duplicates --merged": " on the Near-duplicates page",
}


def told(error: PromptoryError | str) -> str:
    """The sentence of an expected fault, for Markdown."""
    message = str(error)
    for terminal, here in _AT_THE_TERMINAL.items():
        message = message.replace(terminal, here)
    return plain(message, 900)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 record`, `1,200 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
