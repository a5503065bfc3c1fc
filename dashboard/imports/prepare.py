"""Before an import: look at the files, put columns right, try, import."""

from dataclasses import asdict, replace

import streamlit as st

from dashboard.imports.ask import ask_files, ask_options, list_files
from dashboard.imports.desk import Desk
from dashboard.imports.job import start
from dashboard.imports.looks import Look, look_into
from dashboard.imports.mapping import ask_mapping
from dashboard.imports.preview import show_look, show_picture_faults
from dashboard.imports.wording import show_counts, told
from dashboard.translation import _, ngettext
from ingest import ImportOptions

# What is done by then needs no progress to be shown.
_PATIENCE_SECONDS = 0.5


def prepare(desk: Desk) -> None:
    """Ask for files; once there are some, show all that can be said and known before an import."""
    ask_files(desk)
    if not desk.tray.paths:
        return
    listed = st.container(gap="small")
    options = ask_options(desk)
    mapping = ask_mapping(look_into(desk.tray, options).columns, str(desk.round))
    options = replace(options, mapping=mapping)
    look = look_into(desk.tray, options)
    with listed:
        list_files(desk, look.refused)
    _show_buttons(desk, look, options)
    _show_trial(desk, options)
    show_look(look, str(desk.round))


def _show_buttons(desk: Desk, look: Look, options: ImportOptions) -> None:
    with st.container(horizontal=True):
        can = look.may_be_imported
        if st.button(_("Import"), type="primary", icon=":material/upload:", disabled=not can):
            _start(desk, look, options)
        if st.button(_("What would happen"), icon=":material/science:", disabled=not can):
            _start(desk, look, replace(options, is_trial=True))
        st.button(_("Start over"), icon=":material/restart_alt:", type="tertiary", on_click=desk.clear)
    if desk.fault:
        st.error(told(desk.fault))


def _start(desk: Desk, look: Look, options: ImportOptions) -> None:
    desk.fault = None
    desk.job = start(desk.tray, options, look.total_files)
    desk.job.done.wait(_PATIENCE_SECONDS)
    st.rerun()


def _show_trial(desk: Desk, options: ImportOptions) -> None:
    """The counts of a trial, for as long as it was made with the options as they are."""
    if desk.trial is None or replace(desk.trial.options, is_trial=False) != options:
        return
    result = desk.trial.result
    st.info(_("This is what would happen. Nothing has been touched."), icon=":material/science:")
    show_counts([asdict(file) for file in result.files], key="trial")
    if result.picture_faults:
        show_picture_faults([(one.label, one.reason) for one in result.picture_faults])
    if result.vanished:
        st.caption(
            ngettext(
                "{count} record of an earlier version would be vanished.",
                "{count} records of an earlier version would be vanished.",
                result.vanished,
            )
        )
        if options.prune:
            st.caption(
                ngettext("{count} prompt would be archived.", "{count} prompts would be archived.", result.archived)
            )
