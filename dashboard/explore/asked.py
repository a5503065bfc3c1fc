"""What somebody asks on the Explore page, as it is saved and as an address names it."""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from dashboard.components import keep_in_address
from schema.repository.questions import Question, QuestionError
from schema.repository.views import View

MAX_STATEMENT = 20_000
ROWS = (100, 1000, 10_000)
VIEW, ASKED = "view", "ask"
_KEPT = "explore-kept"
# Browsers and proxies take so much of an address.
_MAX_ADDRESS = 3000


class Shape(StrEnum):
    """How an answer is shown."""

    LINE = "line"
    BAR = "bar"
    HEAT = "heat"
    PIVOT = "pivot"
    TABLE = "table"


class Picked(BaseModel):
    """A question that was picked; without a shape the one that suits it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Literal["pick"] = "pick"
    question: Question
    shape: Shape | None = None


class Typed(BaseModel):
    """A statement that was typed, and how many rows to fetch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Literal["sql"] = "sql"
    statement: str = Field("", max_length=MAX_STATEMENT)
    rows: Literal[100, 1000, 10_000] = 1000


Asked = Picked | Typed


class _Saved(RootModel[Annotated[Picked | Typed, Field(discriminator="way")]]):
    pass


def as_json(asked: Asked) -> dict[str, Any]:
    """What is saved of it."""
    return asked.model_dump(mode="json", exclude_defaults=True) | {"way": asked.way}


def read_asked(said: object) -> Asked:
    """What was saved.

    Raises:
        QuestionError: it is of another making.
    """
    try:
        return _Saved.model_validate(said).root
    except ValidationError:
        raise QuestionError("This view cannot be read any more; put it together anew.") from None


def asked_by_address() -> Asked | None:
    """What the address asks; None where it asks nothing that can be understood."""
    said = st.query_params.get(ASKED)
    if not said:
        return None
    try:
        return _Saved.model_validate_json(said).root
    except ValidationError:
        return None


def keep(asked: Asked, view: View | None) -> None:
    """Let the address name what is asked, by the view where it is just that, and remember it for when one returns."""
    st.session_state[_KEPT] = {**st.session_state.get(_KEPT, {}), asked.way: asked}
    is_view = view is not None and _is_saved_as(asked, view)
    said = json.dumps(as_json(asked), ensure_ascii=False, separators=(",", ":"))
    keep_in_address(VIEW, view.id if view else None)
    keep_in_address(ASKED, None if is_view or len(said) > _MAX_ADDRESS else said)


def kept(way: str) -> Asked | None:
    """What this session asked last in one way."""
    found = st.session_state.get(_KEPT, {}).get(way)
    return found if isinstance(found, Picked | Typed) else None


def _is_saved_as(asked: Asked, view: View) -> bool:
    try:
        return read_asked(view.question) == asked
    except QuestionError:
        return False
