"""What an import is doing, told twice a second."""

import streamlit as st

from dashboard.components import plain
from dashboard.imports.job import Job
from schema.wording import counted

_EVERY_SECONDS = 0.5


@st.fragment(run_every=_EVERY_SECONDS)
def show_progress(job: Job) -> None:
    """The file that is read and the records so far; the page goes on by itself once the job is done."""
    if job.done.is_set():
        st.rerun()
    doing = "Trying the import" if job.options.is_trial else "Importing"
    where = f" into {plain(job.options.collection, 120)}" if job.options.collection else ""
    status = st.status(f"{doing}{where} …", expanded=True)
    if job.share is not None:
        status.progress(job.share)
    status.markdown(_doing(job))
    status.caption(f"{counted(job.found, 'record')} read, {counted(job.seconds, 'second')}")
    kept = "Nothing is touched." if job.options.is_trial else "All of it is kept in the end, or nothing."
    st.caption(f"It goes on if you turn to another page. {kept}")


def _doing(job: Job) -> str:
    if job.compared is not None:
        return f"All is imported. Comparing with the library: {counted(job.compared, 'text')}"
    return f"Reading **{plain(job.file, 120)}**" if job.file else "Opening the files"
