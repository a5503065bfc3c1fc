"""What Dagster and dbt tell of the tables: when they were built, how many rows they have, what does not hold."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard import formats, viewer
from dashboard.components import choose, figure, plain, table
from dashboard.imports.wording import told
from dashboard.pipeline.artefacts import last_dbt_build
from dashboard.pipeline.orchestrator import LOST, Asset, OrchestratorError, Run, fetch_assets, fetch_runs
from dashboard.pipeline.refreshes import job_name
from dashboard.translation import N_, _, ngettext
from schema.repository.catalogue import mart_sizes

_SHOWN = {"main": N_("Library and marts"), "all": N_("All tables")}
_FRESHNESS = {
    "HEALTHY": N_("Fresh"),
    "WARNING": N_("Getting old"),
    "DEGRADED": N_("Too old"),
    "UNKNOWN": N_("Not known yet"),
}
_STATUSES = {
    "QUEUED": N_("Waits"),
    "NOT_STARTED": N_("Waits"),
    "STARTING": N_("Starts"),
    "STARTED": N_("Runs"),
    "CANCELING": N_("Is being stopped"),
    "SUCCESS": N_("Succeeded"),
    "FAILURE": N_("Failed"),
    "CANCELED": N_("Stopped"),
    LOST: N_("Lost before it began"),
}


def show_tables() -> None:
    """Headline figures, failed checks, tables and runs; without Dagster what the database knows."""
    st.subheader(_("Tables"), anchor=False)
    try:
        runs = fetch_runs(15)
        assets = _assets_after(runs)
    except OrchestratorError:
        st.info(_("Without Dagster only the sizes of the marts are known, about."))
        _show_sizes()
    else:
        if assets:
            _show_figures(assets)
            _show_failed(assets)
            _show_assets(assets)
        else:
            st.warning(_("Dagster runs, but has not loaded any table; its log says why."), icon=":material/warning:")
        _show_runs(runs)
    _show_dbt_build()


def _assets_after(runs: list[Run]) -> list[Asset]:
    """The assets as the newest runs left them. Dagster takes its time to tell of them, but only runs change them."""
    if any(run.is_under_way for run in runs):
        return fetch_assets()
    return _assets_by_runs(tuple((run.id, run.status) for run in runs))


# Of what time alone changes, the freshness, five minutes' delay is no matter.
@st.cache_data(ttl=300, max_entries=1, show_spinner=False)
def _assets_by_runs(newest: tuple[tuple[str, str], ...]) -> list[Asset]:  # noqa: ARG001 (the key of the cache)
    return fetch_assets()


def _show_figures(assets: list[Asset]) -> None:
    built = [one.built_at for one in assets if one.built_at is not None]
    failed = [check for one in assets for check in one.failed]
    too_old = sum(one.freshness == "DEGRADED" for one in assets)
    figures = {
        _("Tables built"): f"{formats.number(len(built))} / {formats.number(len(assets))}",
        _("Last built (UTC)"): formats.short_moment(max(built)) if built else formats.NOTHING,
        _("Too old"): formats.number(too_old),
        _("Failed checks"): formats.number(len(failed)),
    }
    with st.grid(4, min_column_width=200):
        for label, value in figures.items():
            figure(label, value, None, definition=None, against="")


def _show_failed(assets: Iterable[Asset]) -> None:
    for one in assets:
        for check in one.failed:
            show = st.warning if check.is_warning else st.error
            show(f"**{plain(check.asset)}** · {plain(check.name)}: {plain(check.says, 400)}")


def _show_assets(assets: list[Asset]) -> None:
    shown = choose(_("Show"), _SHOWN, "main", key="tables")
    chosen = [one for one in assets if shown == "all" or one.is_mart or one.name.startswith("library/")]
    frame = pd.DataFrame(
        {
            "name": [one.name for one in chosen],
            "group": [one.group for one in chosen],
            "built_at": [one.built_at for one in chosen],
            "rows": [one.rows for one in chosen],
            "freshness": [_(_FRESHNESS.get(one.freshness, "")) for one in chosen],
            "failed": [len(one.failed) for one in chosen],
        }
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "name": text(_("Table"), width=260),
        "group": text(_("Group")),
        "built_at": st.column_config.DatetimeColumn(_("Last success (UTC)"), format="YYYY-MM-DD HH:mm", timezone="UTC"),
        "rows": number(_("Rows"), format="localized"),
        "freshness": text(_("Freshness"), help=_("Rankings may be 3 hours old, other marts 26.")),
        "failed": number(_("Failed checks")),
    }
    table(frame.astype({"rows": "Int64"}), columns, key="pipeline-tables")


def _show_runs(runs: list[Run]) -> None:
    st.subheader(_("Recent runs"), anchor=False)
    if not runs:
        st.info(_("Nothing has run yet."))
        return
    frame = pd.DataFrame(
        {
            "job": [job_name(one.job) for one in runs],
            "status": [_(_STATUSES.get(one.status, one.status)) for one in runs],
            "began_at": [one.began_at for one in runs],
            "seconds": [
                (one.ended_at - one.began_at).total_seconds() if one.ended_at and one.began_at else None for one in runs
            ],
            "id": [one.id[:8] for one in runs],
        }
    )
    text = st.column_config.TextColumn
    columns = {
        "job": text(_("Job"), width=320),
        "status": text(_("Status")),
        "began_at": st.column_config.DatetimeColumn(_("Began (UTC)"), format="YYYY-MM-DD HH:mm:ss", timezone="UTC"),
        "seconds": st.column_config.NumberColumn(_("Seconds"), format="%.0f"),
        "id": text(_("Run")),
    }
    table(frame, columns, key="pipeline-runs")


def _show_sizes() -> None:
    with viewer.open_session() as session:
        sizes = mart_sizes(session)
    columns = {
        "mart": st.column_config.TextColumn(_("Table"), width=260),
        "rows": st.column_config.NumberColumn(_("Rows, about"), format="localized"),
    }
    table(pd.DataFrame(list(sizes.items()), columns=["mart", "rows"]), columns, key="pipeline-sizes")


def _show_dbt_build() -> None:
    build = last_dbt_build()
    if build is None:
        return
    st.subheader(_("Last refresh from the command line"), anchor=False)
    built = ngettext("{count} step held", "{count} steps held", build.held)
    failed = ngettext("{count} step failed", "{count} steps failed", len(build.failed))
    st.caption(f"{formats.moment(build.at)} · {built} · {failed}")
    for name, message in build.failed.items():
        st.error(f"**{plain(name)}**: {plain(told(message), 400)}")
