"""What one curator's session holds of its imports; nothing of it is shared with another session."""

from dataclasses import dataclass, field

import streamlit as st

from dashboard.imports.job import Job, outcome
from dashboard.imports.tray import Tray
from ingest import BatchResult, ImportOptions
from schema.errors import PromptoryError

_DESK = "import_desk"


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import with `options` would do."""

    options: ImportOptions
    result: BatchResult


@dataclass
class Desk:
    """Files that wait, the work that is under way, and the import that is shown.

    `round` numbers the trays, so that each starts with fresh settings; `uploads` numbers the uploaders, which are
    emptied into the tray.
    """

    tray: Tray = field(default_factory=Tray)
    round: int = 0
    uploads: int = 0
    job: Job | None = None
    trial: Trial | None = None
    fault: PromptoryError | None = None
    shown: int | None = None
    undo_asked: int | None = None

    def clear(self) -> None:
        """Begin anew, with an empty tray."""
        self.tray = Tray()
        self.round += 1
        self.uploads += 1
        self.trial = self.fault = None

    def show(self, batch_id: int | None) -> None:
        """Turn to an import, or back to the beginning."""
        self.shown = batch_id

    def ask_undo(self, batch_id: int | None) -> None:
        """Ask whether to undo an import, or ask no more."""
        self.undo_asked = batch_id

    def settle(self) -> None:
        """Put away a job that is done: what it found, or why it found nothing."""
        job = self.job
        if job is None or not job.done.is_set():
            return
        self.job = None
        result = outcome(job)
        if isinstance(result, PromptoryError):
            self.fault = result
        elif result.batch_id is None:
            self.trial = Trial(job.options, result)
        else:
            self.clear()
            self.show(result.batch_id)


def current_desk() -> Desk:
    """The desk of this session."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Desk()
    found = st.session_state[_DESK]
    assert isinstance(found, Desk)
    return found
