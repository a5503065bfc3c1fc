"""The inbox and what was refused: what waits, what was rejected and why, and another try."""

from collections.abc import Callable

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from dashboard import formats, viewer
from dashboard.components import plain, table
from dashboard.imports.wording import telling, told
from dashboard.pipeline.refreshes import start_retry
from dashboard.translation import N_, _, ngettext
from dashboard.translation.faults import translated
from ingest import BatchResult, Inbox, RejectedObject, retry_subscriptions
from ingest.lake import retry_events
from schema.errors import PromptoryError
from schema.models import BatchKind, BatchStatus
from schema.repository.history import BatchSummary, recent_batches, rejections_of
from schema.settings import get_settings

_BATCHES, _RECORDS = 200, 100
_KINDS = {
    BatchKind.PROMPTS: N_("Prompts"),
    BatchKind.USERS: N_("People"),
    BatchKind.ACTIVITY: N_("Activity"),
    BatchKind.SUBSCRIPTIONS: N_("Subscriptions"),
}
_RETRIES: dict[BatchKind, Callable[[Engine], BatchResult]] = {
    BatchKind.ACTIVITY: retry_events,
    BatchKind.SUBSCRIPTIONS: retry_subscriptions,
}


def show_inbox() -> None:
    """What waits in the inbox, and what was rejected from it."""
    st.subheader(_("Inbox"), anchor=False)
    inbox = Inbox(get_settings().inbox)
    try:
        waiting, rejected = inbox.waiting(), inbox.rejected()
    except PromptoryError as fault:
        st.warning(told(fault), icon=":material/cloud_off:")
        return
    if waiting:
        frame = pd.DataFrame(
            {
                "name": [one.name for one in waiting],
                "files": [one.files for one in waiting],
                "kilobytes": [one.size / 1000 for one in waiting],
                "since": [one.since for one in waiting],
            }
        )
        number = st.column_config.NumberColumn
        columns = {
            "name": st.column_config.TextColumn(_("Name"), width=300),
            "files": number(_("Files"), format="localized"),
            "kilobytes": number(_("Size in kB"), format="%.1f"),
            "since": st.column_config.DatetimeColumn(_("Since (UTC)"), format="YYYY-MM-DD HH:mm", timezone="UTC"),
        }
        table(frame, columns, key="inbox-table")
        st.caption(_("Dagster imports them by itself within a minute or two; a refresh of the inbox does at once."))
    else:
        st.info(_("Nothing waits in the inbox."))
    for one in rejected:
        _show_rejected(one)


def _show_rejected(one: RejectedObject) -> None:
    with st.container(border=True):
        text, button = st.columns([3, 1], vertical_alignment="center")
        with text.container(gap="xxsmall"):
            st.markdown(f":material/block: **{plain(one.name, 120)}**")
            st.caption(f":red[{told(one.reason)}]")
        button.button(
            _("Try again"),
            icon=":material/replay:",
            key=f"retry-{one.folder}-{one.name}",
            on_click=_retry_object,
            args=(one,),
        )


def _retry_object(one: RejectedObject) -> None:
    with telling() as say:
        viewer.curating()
        Inbox(get_settings().inbox).retry(one)
        say(_("{name} waits in the inbox again.", name=plain(one.name, 120)))


def show_rejections() -> None:
    """Loads that failed or refused records, the newest first; the records of the one that is chosen."""
    st.subheader(_("Refused records"), anchor=False)
    with viewer.open_session() as session:
        batches = [one for one in recent_batches(session, take=_BATCHES) if _is_faulty(one)]
    if not batches:
        st.info(_("No recent load refused anything."))
        return
    _retry_buttons()
    frame = pd.DataFrame(
        {
            "id": [one.id for one in batches],
            "kind": [_(_KINDS[one.kind]) for one in batches],
            "started_at": [one.started_at for one in batches],
            "rejected": [one.total("rejected") for one in batches],
            "failure": [translated(one.failure) if one.failure else "" for one in batches],
        }
    )
    text = st.column_config.TextColumn
    columns = {
        "id": st.column_config.NumberColumn(_("Load")),
        "kind": text(_("Kind")),
        "started_at": st.column_config.DatetimeColumn(_("Began (UTC)"), format="YYYY-MM-DD HH:mm", timezone="UTC"),
        "rejected": st.column_config.NumberColumn(_("Refused"), format="localized"),
        "failure": text(_("Why it failed"), width=420),
    }
    table(frame, columns, key="rejections-table")
    names = {one.id: f"{one.id} · {_(_KINDS[one.kind])} · {formats.moment(one.started_at)}" for one in batches}
    chosen = st.selectbox(
        _("Show the records of"), list(names), format_func=names.__getitem__, key="rejections-of", width=420
    )
    _show_records(chosen)


def _is_faulty(batch: BatchSummary) -> bool:
    return batch.status is BatchStatus.FAILED or bool(batch.total("rejected"))


def _show_records(batch_id: int) -> None:
    with viewer.open_session() as session:
        records = rejections_of(session, batch_id, only_open=True, take=_RECORDS + 1)
    if not records:
        st.caption(_("None of its records is refused any more."))
        return
    frame = pd.DataFrame(
        {
            "file": [one.file for one in records],
            "row": [one.row_number or None for one in records],
            "reason": [translated(one.reason) for one in records],
            "record": [str(one.record) for one in records],
        }
    )[:_RECORDS]
    text = st.column_config.TextColumn
    columns = {
        "file": text(_("File"), width=220),
        "row": st.column_config.NumberColumn(_("Row")),
        "reason": text(_("Why it was refused"), width=320),
        "record": text(_("Record"), width=420),
    }
    table(frame, columns, key="records-table")
    if len(records) > _RECORDS:
        st.caption(_("The first {count} are shown.", count=_RECORDS))


def _retry_buttons() -> None:
    st.caption(
        _("Prompts are corrected on the Import page. Of activity and subscriptions, all that was refused is tried.")
    )
    with st.container(horizontal=True):
        for kind in _RETRIES:
            st.button(
                _("Try {kind} again", kind=_(_KINDS[kind])),
                icon=":material/replay:",
                key=f"retry-{kind}",
                on_click=_retry_records,
                args=(kind,),
            )


def _retry_records(kind: BatchKind) -> None:
    with telling() as say:
        if kind is BatchKind.ACTIVITY and get_settings().engine == "spark":
            # They go to the lake, which Dagster's runs write and this process reads.
            start_retry()
            say(_("A run has started that tries them again; it is followed above."))
            return
        result = _RETRIES[kind](viewer.curating())
        left = result.total("rejected")
        accepted = ngettext("{count} record is loaded", "{count} records are loaded", result.total("found") - left)
        still = ngettext("{count} is still refused", "{count} are still refused", left)
        say(f"{_(_KINDS[kind])}: {accepted}, {still}.")
