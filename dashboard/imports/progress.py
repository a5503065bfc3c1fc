"""What an import is doing, told twice a second."""

import streamlit as st

from dashboard.components import plain
from dashboard.imports.job import Job
from dashboard.translation import _, ngettext

_EVERY_SECONDS = 0.5


@st.fragment(run_every=_EVERY_SECONDS)
def show_progress(job: Job) -> None:
    """The file that is read and the records so far; the page goes on by itself once the job is done."""
    if job.done.is_set():
        st.rerun()
    status = st.status(_title(job), expanded=True)
    if job.share is not None:
        status.progress(job.share)
    status.markdown(_doing(job))
    records = ngettext("{count} record read", "{count} records read", job.found)
    status.caption(f"{records} · {ngettext('{count} second', '{count} seconds', job.seconds)}")
    st.caption(_("It goes on if you turn to another page."))
    if job.options.is_trial:
        st.caption(_("Nothing is touched."))
    else:
        st.caption(_("All of it is kept in the end, or nothing."))


def _title(job: Job) -> str:
    collection = plain(job.options.collection or "", 120)
    if job.options.is_trial:
        return _("Trying the import into {collection} …", collection=collection) if collection else _("Trying …")
    return _("Importing into {collection} …", collection=collection) if collection else _("Importing …")


def _doing(job: Job) -> str:
    if job.compared is not None:
        return ngettext(
            "All is imported. Comparing with the library: {count} text",
            "All is imported. Comparing with the library: {count} texts",
            job.compared,
        )
    return _("Reading **{file}**", file=plain(job.file, 120)) if job.file else _("Opening the files")
