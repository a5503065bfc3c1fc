"""The filters of a search: their names, their values with how many prompts have each, and their place in the address.

The address is what chooses at first. A filter is read before the search that counts its values, and drawn after it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard import formats
from dashboard.components import (
    AGENT_TYPES,
    LANGUAGES,
    TIERS,
    agent_type_name,
    id_of,
    keep_in_address,
    language_name,
    tier_name,
    typed,
)
from dashboard.translation import N_, _
from schema.repository.search import Facets

_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter: its key in the address, its facet, its label, and what it says while nothing is chosen.

    `options` are always there, and are all there is where it `is_closed`. `typed_as` reads what a person typed.
    """

    key: str
    facet: str
    label: str
    nothing: str
    options: tuple[str, ...] = ()
    name: Callable[[str], str] | None = None
    is_closed: bool = False
    typed_as: Callable[[str], str] | None = None


def _as_tag(text: str) -> str:
    """A typed tag as the library writes it: case-folded, no '#', words joined by hyphens."""
    return "-".join(text.casefold().lstrip("#").split())


_FILTERS = (
    _Filter("tag", "tag", N_("Tag"), N_("Any tag"), typed_as=_as_tag),
    _Filter("type", "agent_type", N_("Type"), N_("Any type"), tuple(AGENT_TYPES), agent_type_name, is_closed=True),
    _Filter("access", "access", N_("Access"), N_("Any access"), tuple(TIERS), tier_name, is_closed=True),
    _Filter("language", "language", N_("Language"), N_("Any language"), tuple(LANGUAGES), language_name),
    _Filter("collection", "collection", N_("Collection"), N_("Any collection")),
    _Filter("creator", "creator", N_("Creator"), N_("Any creator")),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen; None is no filter. `creator` is a person's id."""

    tag: str | None
    agent_type: str | None
    access: str | None
    language: str | None
    collection: str | None
    creator: int | None

    @property
    def are_none(self) -> bool:
        """Whether nothing is filtered."""
        return not any((self.tag, self.agent_type, self.access, self.language, self.collection, self.creator))


def chosen_filters() -> Filters:
    """What the viewer chose, or at first what the address names."""
    chosen = {one.facet: _chosen(one) for one in _FILTERS}
    return Filters(
        tag=chosen["tag"],
        agent_type=chosen["agent_type"],
        access=chosen["access"],
        language=chosen["language"],
        collection=chosen["collection"],
        creator=id_of(chosen["creator"] or ""),
    )


def draw_filters(facets: Facets) -> None:
    """The filters side by side, each value with the prompts that have it, where they are counted."""
    with st.grid(6, min_column_width=135):
        for one in _FILTERS:
            _draw(one, facets)


def clear_filters() -> None:
    """Choose nothing."""
    for one in _FILTERS:
        st.session_state[one.key] = None


def _chosen(one: _Filter) -> str | None:
    value = st.session_state[one.key] if one.key in st.session_state else st.query_params.get(one.key)
    value = typed(value)[:_MAX_CHARACTERS]
    if one.typed_as is not None:
        value = one.typed_as(value)
    if one.is_closed and value not in one.options:
        return None
    if one.facet == "creator" and id_of(value) is None:
        return None
    return value or None


def _draw(one: _Filter, facets: Facets) -> None:
    counted = {value.value: value for value in facets.get(one.facet, ())}
    chosen = _chosen(one)
    others = [] if chosen is None else [chosen]

    def called(value: str) -> str:
        if value not in counted:
            return one.name(value) if one.name else value
        name = one.name(value) if one.name else counted[value].label
        return f"{name} ({formats.number(counted[value].prompts)})"

    # Set anew in each run: what the browser sends back is what an option was called, count and all.
    st.session_state[one.key] = chosen
    st.selectbox(
        _(one.label),
        list(dict.fromkeys([*counted, *one.options, *others])),
        index=None,
        placeholder=_(one.nothing),
        format_func=called,
        key=one.key,
        accept_new_options=one.typed_as is not None,
        label_visibility="collapsed",
    )
    keep_in_address(one.key, chosen)
