"""Ask the marts: pick measures and dimensions, or write SQL; keep what is worth it under a name."""

import streamlit as st

from dashboard import viewer
from dashboard.components import choose
from dashboard.explore import box, pick, saved
from dashboard.explore.answers import names_of, show_columns, show_table
from dashboard.explore.asked import Asked, Picked, Shape, Typed, asked_by_address, keep, kept, read_asked
from dashboard.explore.drawing import draw, pivot, shapes_for
from dashboard.explore.wording import SHAPES
from dashboard.imports.wording import show_notice, told
from dashboard.translation import N_, _, ngettext
from schema.repository.catalogue import Mart, readable_marts
from schema.repository.questions import Question, QuestionError, as_sql, ask
from schema.repository.views import View

_WAYS = {"pick": N_("Pick"), "sql": N_("SQL")}
_WAY = "way"


def page() -> None:
    """The open view, the question or statement, its answer."""
    st.title(_("Explore"), anchor=False)
    show_notice()
    with viewer.analysing() as session:
        marts = readable_marts(session)
    if not marts:
        st.info(_("There is nothing to explore yet. Marts appear after the first refresh."))
        return
    view = _open_view()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        way = choose(_("How to ask"), _WAYS, "pick", key=_WAY)
        place = st.container(width="content")
    if way == "sql":
        asked: Asked = _type_statement()
    else:
        asked = _pick_question(marts)
    with place:
        saved.show_save(asked, view)
    keep(asked, view)


def _open_view() -> View | None:
    """The view that is open: chosen from the list, or named by the address that somebody came by."""
    views = saved.views_to_open()
    state = st.session_state
    just_saved = state.pop("explore-to-open", None)
    if just_saved is not None:
        state[saved.OPEN] = just_saved
    elif saved.OPEN not in state:
        _begin(views)
    if state.get(saved.OPEN) not in views:
        state[saved.OPEN] = None
    if views:
        st.selectbox(
            _("Saved views"),
            list(views),
            index=None,
            format_func={one: saved.view_name(view) for one, view in views.items()}.__getitem__,
            placeholder=_("Open a saved view"),
            key=saved.OPEN,
            on_change=_turn_to_chosen,
            width=420,
        )
    view = views.get(state.get(saved.OPEN) or 0)
    if view is not None:
        saved.show_view(view)
    return view


def _begin(views: dict[int, View]) -> None:
    """Begin with what the address asks; a view that it names is open then, changed since or not."""
    named = saved.view_of_address()
    if named is not None and named not in views:
        st.warning(_("The view of this address is not there any more, or is not shared with you."))
    view = views.get(named or 0)
    st.session_state[saved.OPEN] = view.id if view else None
    asked = asked_by_address()
    if asked is not None:
        _begin_with(asked)
    elif view is not None:
        _turn_to(view)


def _turn_to_chosen() -> None:
    chosen = st.session_state.get(saved.OPEN)
    view = saved.find(chosen) if chosen is not None else None
    if view is not None:
        _turn_to(view)


def _turn_to(view: View) -> None:
    try:
        _begin_with(read_asked(view.question))
    except QuestionError as fault:
        st.error(told(fault))


def _begin_with(asked: Asked) -> None:
    st.session_state[_WAY] = asked.way
    if isinstance(asked, Typed):
        box.begin_with(asked)
    else:
        pick.begin_with(asked)


def _type_statement() -> Typed:
    former = kept("sql")
    if box.STATEMENT not in st.session_state and isinstance(former, Typed):
        box.begin_with(former)
    asked = box.ask_statement()
    box.show_answer(asked)
    return asked


def _pick_question(marts: dict[str, Mart]) -> Picked:
    former = kept("pick")
    if pick.MART not in st.session_state and isinstance(former, Picked):
        pick.begin_with(former)
    question = pick.ask_question(marts)
    mart = marts[question.mart]
    shapes = shapes_for(question, mart)
    if st.session_state.get(pick.SHAPE) not in shapes:
        st.session_state[pick.SHAPE] = shapes[0]
    shape = st.segmented_control(
        _("Shown as"), shapes, format_func=lambda one: _(SHAPES[one]), required=True, key=pick.SHAPE
    )
    try:
        _show(question, mart, shape or shapes[0])
    except QuestionError as fault:
        st.info(told(fault))
    show_columns(mart)
    return Picked(question=question, shape=None if shape == shapes[0] else shape)


def _show(question: Question, mart: Mart, shape: Shape) -> None:
    with viewer.analysing() as session:
        frame = ask(session, question, mart)
    if frame.empty:
        st.info(_("No row is like this. Remove a filter."))
    elif shape is Shape.PIVOT:
        wide, left_out = pivot(frame, question)
        st.dataframe(wide, hide_index=True, key="explore-pivot")
        _tell_left_out(left_out)
    elif shape is not Shape.TABLE:
        drawing = draw(shape, frame, question, names_of(question))
        st.altair_chart(drawing.chart, width="stretch")
        _tell_left_out(drawing.left_out)
    if len(frame) == question.take:
        st.caption(_("There may be more rows: {count} are the most that was asked for.", count=question.take))
    if not frame.empty:
        show_table(frame, question)
    with st.expander(_("As SQL"), icon=":material/code:"):
        statement = as_sql(question, mart)
        st.code(statement, language="sql", wrap_lines=True)
        st.button(
            _("Go on in the SQL box"),
            icon=":material/edit:",
            on_click=_begin_with,
            args=(Typed(statement=statement),),
            key="explore-to-sql",
        )


def _tell_left_out(count: int) -> None:
    if count:
        st.caption(
            ngettext(
                "The chart leaves out {count} that has less; the table has all of it.",
                "The chart leaves out {count} that have less; the table has all of them.",
                count,
            )
        )


page()
