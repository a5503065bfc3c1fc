"""The pickers of a question: mart, dimensions, measures, filters, rows."""

import streamlit as st

from dashboard.explore.asked import ROWS, Picked
from dashboard.explore.wording import dimension_name, measure_name, operator_name
from dashboard.translation import _
from schema.repository.catalogue import Kind, Mart, MartColumn
from schema.repository.questions import (
    MAX_DIMENSIONS,
    MAX_FILTERS,
    MAX_MEASURES,
    Aggregate,
    Dimension,
    Filter,
    Grain,
    Measure,
    Operator,
    Question,
    aggregates_for,
    operators_for,
)

MART = "explore-mart"
SHAPE = "explore-shape"
_TAKE = "explore-take"


def begin_with(picked: Picked) -> None:
    """Let the pickers begin with a question, before they are shown."""
    question, state = picked.question, st.session_state
    state[MART], state[_TAKE], state[SHAPE] = question.mart, question.take, picked.shape
    state[_key("dimensions", question.mart)] = [_dimension_code(one) for one in question.dimensions]
    state[_key("measures", question.mart)] = [_measure_code(one) for one in question.measures]
    for place in range(MAX_FILTERS):
        for part in ("column", "operator", "value"):
            state.pop(_filter_key(question.mart, place, part), None)
    for place, one in enumerate(question.filters):
        state[_filter_key(question.mart, place, "column")] = one.column
        state[_filter_key(question.mart, place, "operator")] = one.operator
        state[_filter_key(question.mart, place, "value")] = one.value


def ask_question(marts: dict[str, Mart]) -> Question:
    """The question that the pickers make."""
    state = st.session_state
    if state.get(MART) not in marts:
        state[MART] = next(iter(marts))
    with st.grid(2, min_column_width=260):
        name = st.selectbox(_("Mart"), list(marts), key=MART)
        if state.get(_TAKE) not in ROWS:
            state[_TAKE] = 1000
        take = st.selectbox(_("Rows at most"), ROWS, key=_TAKE)
    mart = marts[name]
    with st.grid(2, min_column_width=260):
        dimensions = _ask_dimensions(mart)
        measures = _ask_measures(mart)
    return Question(
        mart=name, dimensions=tuple(dimensions), measures=tuple(measures), filters=tuple(_ask_filters(mart)), take=take
    )


def _ask_dimensions(mart: Mart) -> list[Dimension]:
    options = {_dimension_code(one): one for one in _dimensions_of(mart)}
    key = _key("dimensions", mart.name)
    _leave_what_is_there(key, options, [next(iter(options))])
    chosen = st.multiselect(
        _("Dimensions"),
        list(options),
        format_func=lambda code: dimension_name(options[code]),
        max_selections=MAX_DIMENSIONS,
        placeholder=_("What to tell apart"),
        key=key,
    )
    return [options[code] for code in chosen]


def _ask_measures(mart: Mart) -> list[Measure]:
    options = {_measure_code(one): one for one in _measures_of(mart)}
    key = _key("measures", mart.name)
    _leave_what_is_there(key, options, [next((code for code in options if code.startswith("sum:")), "rows")])
    chosen = st.multiselect(
        _("Measures"),
        list(options),
        format_func=lambda code: measure_name(options[code]),
        max_selections=MAX_MEASURES,
        placeholder=_("None: the rows themselves"),
        key=key,
    )
    return [options[code] for code in chosen]


def _leave_what_is_there(key: str, options: dict[str, Dimension] | dict[str, Measure], default: list[str]) -> None:
    """A picker begins with a default; what a mart no longer has is left out."""
    chosen = st.session_state.get(key, default)
    st.session_state[key] = [code for code in chosen if code in options]


def _ask_filters(mart: Mart) -> list[Filter]:
    """As many conditions as are filled in; there is always room for one more."""
    found: list[Filter] = []
    with st.expander(_("Filters"), icon=":material/filter_alt:", expanded=_has_filter(mart)):
        for place in range(MAX_FILTERS):
            one = _ask_filter(mart, place)
            if one is None:
                break
            found.append(one)
    return [one for one in found if one.value.strip() or not one.operator.needs_value]


def _has_filter(mart: Mart) -> bool:
    return bool(st.session_state.get(_filter_key(mart.name, 0, "column")))


def _ask_filter(mart: Mart, place: int) -> Filter | None:
    key = _filter_key(mart.name, place, "column")
    if mart.find(st.session_state.get(key) or "") is None:
        st.session_state.pop(key, None)
    with st.grid(3, min_column_width=200):
        name = st.selectbox(
            _("Column"),
            [column.name for column in mart.columns],
            index=None,
            placeholder=_("Any column"),
            key=key,
            label_visibility="collapsed",
        )
        column = mart.find(name or "")
        if column is None:
            return None
        operator = _ask_operator(column, _filter_key(mart.name, place, "operator"))
        value = ""
        if operator.needs_value:
            value = st.text_input(
                _("Value"),
                key=_filter_key(mart.name, place, "value"),
                max_chars=500,
                placeholder=_example(column),
                label_visibility="collapsed",
            )
    return Filter(column=column.name, operator=operator, value=value.replace("\0", ""))


def _ask_operator(column: MartColumn, key: str) -> Operator:
    options = operators_for(column)
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    return st.selectbox(_("Comparison"), options, format_func=operator_name, key=key, label_visibility="collapsed")


def _example(column: MartColumn) -> str:
    examples = {Kind.NUMBER: "100", Kind.DAY: "2026-01-31", Kind.MOMENT: "2026-01-31 09:00", Kind.FLAG: "true"}
    return examples.get(column.kind, _("A value"))


def _dimensions_of(mart: Mart) -> list[Dimension]:
    """What the rows of a mart can be told apart by; time first, as most questions are about it."""
    in_time = [column for column in mart.columns if column.is_temporal]
    others = [column for column in mart.columns if not column.is_temporal]
    found = []
    for column in in_time:
        finest = [] if column.kind is Kind.DAY else [Dimension(column=column.name, grain=Grain.DAY)]
        coarser = [Dimension(column=column.name, grain=grain) for grain in Grain if grain is not Grain.DAY]
        found += [Dimension(column=column.name), *finest, *coarser]
    return [*found, *(Dimension(column=column.name) for column in others)]


def _measures_of(mart: Mart) -> list[Measure]:
    found = [Measure(aggregate=Aggregate.ROWS)]
    for aggregate in Aggregate:
        found += [
            Measure(aggregate=aggregate, column=column.name)
            for column in mart.columns
            if aggregate in aggregates_for(column)
        ]
    return found


def _dimension_code(one: Dimension) -> str:
    return f"{one.column}:{one.grain}" if one.grain else one.column


def _measure_code(one: Measure) -> str:
    return f"{one.aggregate}:{one.column}" if one.column else str(one.aggregate)


def _key(part: str, mart: str) -> str:
    return f"explore-{part}-{mart}"


def _filter_key(mart: str, place: int, part: str) -> str:
    return f"explore-filter-{mart}-{place}-{part}"
