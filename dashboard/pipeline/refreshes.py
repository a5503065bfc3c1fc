"""Starting a refresh, one at a time, and following it to its end."""

import streamlit as st
import structlog
from sqlalchemy import Engine

from dashboard import formats, viewer
from dashboard.components import keep_in_address, plain
from dashboard.faults import go_on_once
from dashboard.imports.wording import telling, told
from dashboard.pipeline.orchestrator import (
    LOST,
    OrchestratorError,
    Run,
    failures_of,
    fetch_runs,
    find_run,
    start_job,
)
from dashboard.translation import N_, _, ngettext
from schema.database import connect
from schema.repository.turns import take_turn

JOBS = {
    "refresh_warehouse": N_("Everything: all marts, neighbours and the search index"),
    "refresh_rankings": N_("Rankings only"),
    "import_inbox": N_("What waits in the inbox"),
}
RETRY = "retry_refused_events"
_NAMES = JOBS | {RETRY: N_("Refused activity, once more")}
# The nightly job builds the same tables.
_SAME_WORK = frozenset({*JOBS, "daily_ingest"})
_FROM_HERE = {"promptory/started_from": "dashboard"}
_RUN = "run"
_EVERY_SECONDS = 2

log = structlog.get_logger("dashboard.pipeline")


def job_name(job: str) -> str:
    """What a job is called here; Dagster's own name for one that is not started here."""
    return _(_NAMES[job]) if job in _NAMES else job


def show_refresh() -> None:
    """The button, and the run that is followed: the one that was started here, or whichever is under way."""
    st.subheader(_("Refresh"), anchor=False)
    try:
        run = _followed()
    except OrchestratorError as fault:
        st.warning(told(fault), icon=":material/cloud_off:")
        go_on_once(_answers)
        return
    is_busy = run is not None and run.is_under_way
    with st.container(horizontal=True, vertical_alignment="bottom"):
        job = st.selectbox(
            _("What to refresh"), list(JOBS), format_func=job_name, key="refresh-job", width=420, disabled=is_busy
        )
        st.button(_("Start"), type="primary", icon=":material/sync:", on_click=_start, args=(job,), disabled=is_busy)
    if run is not None and run.is_under_way:
        _follow(run.id)
    elif run is not None:
        _show_end(run)


def start_alone(engine: Engine, job: str) -> tuple[str, bool]:
    """Start a job unless one that does the same work is under way; returns the run's id, and whether it is new.

    Raises:
        OrchestratorError: Dagster does not answer, or refuses.
    """
    with connect(engine) as connection:
        # Two curators at once, in whichever process: the second finds the first one's run.
        take_turn(connection, "start_refresh")
        busy = _under_way()
        if busy is not None:
            return busy.id, False
        return start_job(job, _FROM_HERE), True


def start_retry() -> None:
    """Start a run that loads refused activity, whatever else is under way, and follow it here.

    Raises:
        NotAllowedError: the viewer is no curator.
        OrchestratorError: Dagster does not answer, or refuses.
    """
    viewer.curating()
    _follow_from_now(RETRY, start_job(RETRY, _FROM_HERE))


def _start(job: str) -> None:
    with telling() as say:
        run_id, is_new = start_alone(viewer.curating(), job)
        if is_new:
            _follow_from_now(job, run_id)
        else:
            st.query_params[_RUN] = run_id
            say(_("A refresh is under way already; it is followed here."))


def _follow_from_now(job: str, run_id: str) -> None:
    st.query_params[_RUN] = run_id
    # Who started what is looked up later: this line is kept whatever the level.
    log.warning("refresh_started", by=viewer.viewer_id(), job=job, run=run_id)


def _answers() -> bool:
    try:
        _under_way()
    except OrchestratorError:
        return False
    return True


def _under_way() -> Run | None:
    runs = fetch_runs(50, only_under_way=True)
    return next((run for run in runs if run.is_under_way and run.job in _SAME_WORK), None)


def _followed() -> Run | None:
    named = st.query_params.get(_RUN)
    run = find_run(named) if named else None
    if run is None:
        run = _under_way()
    keep_in_address(_RUN, run.id if run else None)
    return run


@st.fragment(run_every=_EVERY_SECONDS)
def _follow(run_id: str) -> None:
    try:
        run = find_run(run_id)
    except OrchestratorError as fault:
        st.warning(told(fault), icon=":material/cloud_off:")
        return
    if run is None or not run.is_under_way:
        st.rerun()
    with st.status(_title(run), expanded=True):
        if run.status in ("QUEUED", "NOT_STARTED"):
            st.markdown(_("It waits for its turn."))
        elif not run.built:
            st.markdown(_("It has started; no table is built yet."))
        else:
            built = ngettext("{count} table is built", "{count} tables are built", len(run.built))
            st.markdown(_("{built}; the last one is {table}.", built=built, table=plain(run.built[-1])))
        st.caption(_("It goes on if you turn to another page."))


def _title(run: Run) -> str:
    if run.began_at is None:
        return plain(job_name(run.job))
    return _("{job}, since {moment}", job=plain(job_name(run.job)), moment=formats.moment(run.began_at))


def _show_end(run: Run) -> None:
    title = plain(job_name(run.job))
    ended = formats.moment(run.ended_at) if run.ended_at else formats.NOTHING
    if run.status == "SUCCESS":
        built = ngettext("{count} table is built.", "{count} tables are built.", len(run.built)) if run.built else ""
        st.success(_("{job}: done, {moment}. {built}", job=title, moment=ended, built=built), icon=":material/check:")
        return
    if run.status == "CANCELED":
        st.warning(_("{job}: stopped, {moment}.", job=title, moment=ended), icon=":material/cancel:")
        return
    if run.status == LOST:
        st.error(_("{job}: Dagster lost it before it began; start it again.", job=title), icon=":material/error:")
        return
    st.error(_("{job}: failed, {moment}.", job=title, moment=ended), icon=":material/error:")
    for failure in failures_of(run.id):
        where = failure.step or _("its start")
        why = told(failure.reason) if failure.reason else _("an unexpected fault; Dagster's log has the details.")
        st.markdown(_("- At **{step}**: {reason}", step=plain(where), reason=why))
    st.caption(_("What it would have built is as it was before. Run {run} in Dagster.", run=plain(run.id[:8])))
