"""The SQL box: one statement under the analysts' own login, stopped as soon as nobody waits for it."""

import streamlit as st
import structlog

from dashboard import formats, viewer
from dashboard.components import table, typed
from dashboard.downloads import download_buttons
from dashboard.explore.answers import frame_of
from dashboard.explore.asked import MAX_STATEMENT, ROWS, Typed
from dashboard.imports.wording import told
from dashboard.translation import _, ngettext
from schema.database import analyst_url
from schema.errors import PromptoryError
from schema.sandbox import Answer, Limits, RunningStatement, StatementError

STATEMENT = "explore-statement"
_ROWS = "explore-rows"
_ANSWER = "explore-answer"
_EXAMPLE = "SELECT metric_date, mrr FROM mrr_daily ORDER BY metric_date DESC"
_LOOKS_EVERY_SECONDS = 0.15

log = structlog.get_logger("dashboard.explore")


def begin_with(asked: Typed) -> None:
    """Let the box begin with a statement, before it is shown."""
    st.session_state[STATEMENT], st.session_state[_ROWS] = asked.statement, asked.rows


def ask_statement() -> Typed:
    """The statement that stands in the box."""
    st.session_state.setdefault(STATEMENT, "")
    statement = st.text_area(
        _("SQL"),
        key=STATEMENT,
        height=220,
        max_chars=MAX_STATEMENT,
        placeholder=_EXAMPLE,
        help=_(
            "One statement that reads the marts, in PostgreSQL's SQL. Nothing can be changed by it. Texts are cut at "
            "{count} characters.",
            count=formats.number(Limits().characters),
        ),
    )
    if st.session_state.get(_ROWS) not in ROWS:
        st.session_state[_ROWS] = 1000
    rows = st.selectbox(_("Rows at most"), ROWS, key=_ROWS, width=160)
    return Typed(statement=typed(statement), rows=rows)


def show_answer(asked: Typed) -> None:
    """Run the statement for a click, and show what the last run found."""
    if st.button(_("Run"), type="primary", icon=":material/play_arrow:"):
        st.session_state.pop(_ANSWER, None)
        answer = _run(asked)
        if answer is not None:
            st.session_state[_ANSWER] = (asked, answer)
    found = st.session_state.get(_ANSWER)
    if found is None:
        return
    ran, answer = found
    if ran != asked:
        st.caption(_("These are the rows of the statement as it was run; it was changed since."))
    _show(answer)


def _show(answer: Answer) -> None:
    frame = frame_of(answer)
    rows = ngettext("{count} row", "{count} rows", len(frame))
    st.caption(_("{rows} in {seconds} s", rows=rows, seconds=f"{answer.seconds:.2f}"))
    if answer.is_cut:
        st.info(_("There are more rows than are shown: ask for more, or for less with a condition or a sum."))
    table(frame, {str(name): st.column_config.Column(str(name)) for name in frame.columns}, key="explore-rows-table")
    download_buttons(frame, "promptory-sql")


def _run(asked: Typed) -> Answer | None:
    """What a statement finds. Whatever else the person clicks, or their leaving, ends it at the server."""
    place = st.empty()
    try:
        viewer.analysing()
        running = RunningStatement(analyst_url(), asked.statement, Limits(rows=asked.rows))
        try:
            with place.container(horizontal=True, vertical_alignment="center"):
                since = st.empty()
                st.button(_("Stop"), icon=":material/stop_circle:")
            while not running.wait(_LOOKS_EVERY_SECONDS):
                # Telling the browser something is where Streamlit ends the run of a page that was left.
                since.caption(_("Running for {seconds} s …", seconds=f"{running.seconds:.0f}"))
            answer = running.answer()
        finally:
            running.cancel()
    except StatementError as fault:
        place.empty()
        st.error(told(fault), icon=":material/error:")
        if fault.position is not None:
            st.code(pointed(asked.statement, fault.position), language=None)
        return None
    except PromptoryError as fault:
        place.empty()
        st.error(told(fault), icon=":material/error:")
        return None
    place.empty()
    log.info("statement_run", by=viewer.viewer_id(), rows=len(answer.rows), seconds=round(answer.seconds, 2))
    return answer


def pointed(statement: str, position: int) -> str:
    """The line of a statement that holds a place (from 1 on), with a sign under the place."""
    before = statement[: position - 1]
    number = before.count("\n") + 1
    line = (statement.split("\n")[number - 1 :] or [""])[0].replace("\t", " ")
    column = len(before) - (before.rfind("\n") + 1)
    # Of a long line, what stands around the place.
    first = max(0, column - 60)
    head = f"{number}: "
    return f"{head}{line[first : first + 120]}\n{' ' * (len(head) + column - first)}^"
