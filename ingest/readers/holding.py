"""Whether a nested value holds prompts: what is a record, what a list of records or texts, and what is beside it."""

import re
from collections.abc import Collection, Iterable, Iterator
from enum import IntEnum
from itertools import chain
from typing import Any, Generic, TypeVar

from ingest.columns import is_field, meaning_of
from ingest.shapes import shape_of
from ingest.shapes.messages import is_message

T = TypeVar("T")

DEEPEST = 8
"""Levels of lists and objects above a record."""

_HEAD = 5
_MOST_POSITIONS = 6
# In UTF-8, as a character of Chinese or Korean says more than a letter.
_LEAST_BYTES = 40
_SAY_NOTHING = re.compile(
    r".*prompts?|data|items|records|results|entries|rows|list|templates|contents?|examples|train|test|validation|payload"
    r"|collection|documents|values|root",
    re.IGNORECASE,
)


class Holds(IntEnum):
    """What a value holds, the more of it the more it is what a file is for."""

    NOTHING = 0
    OBJECTS = 1
    TEXTS = 2
    RECORDS = 3


class _Long(Generic[T]):
    """What is too long to be held; it is walked over once."""

    def __init__(self, parts: Iterator[T]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[T]:
        return self._parts

    def head(self) -> list[T]:
        """The first parts, which are still to come. None after a long one, as to go on would be to pass it over."""
        taken: list[T] = []
        for part in self._parts:
            taken.append(part)
            if len(taken) == _HEAD or _ends_long(part):
                break
        self._parts = chain(taken, self._parts)
        return taken


class Elements(_Long[Any]):
    """The elements of a long list."""


class Members(_Long[tuple[str, Any]]):
    """The names and values of a long object."""


def _ends_long(part: object) -> bool:
    return isinstance(part[1] if isinstance(part, tuple) else part, _Long)


def is_record(value: object) -> bool:
    """Whether an object is a prompt itself: it has a known shape, or a text under a name that means one."""
    if not isinstance(value, dict) or is_message(value):
        return False
    if shape_of(value) is not None:
        return True
    if isinstance(value.get("prompts"), (list, dict)):
        return False
    return has_text(value.items())


def has_text(members: Iterable[tuple[str, Any]]) -> bool:
    """Whether one of an object's members is a prompt's text, by its name."""
    return any(isinstance(inner, str) and meaning_of(name) == "prompt" for name, inner in members)


def is_positional(value: object) -> bool:
    """Whether a list is a record without names: a title and a text, or a few fields with them."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_POSITIONS:
        return False
    return any(isinstance(one, str) for one in value) and not any(isinstance(one, (list, dict)) for one in value)


def says_nothing(name: str) -> bool:
    """Whether a name above records says no more than that they are there."""
    return _SAY_NOTHING.fullmatch(name) is not None


def are_texts(name: str, values: Collection[Any]) -> bool:
    """Whether strings under a name are prompts: for being called so, or for being as long as prompts are."""
    if not values or not all(isinstance(value, str) for value in values):
        return False
    if says_nothing(name):
        return True
    is_long = sum(len(value.encode(errors="replace")) for value in values) >= _LEAST_BYTES * len(values)
    return is_long and not is_field(name)


def is_library(name: str, value: dict[str, Any]) -> bool:
    """Whether an object is one of names and texts (`{"Essay coach": "I want you to ..."}`)."""
    return are_texts(name, value.values()) and not any(map(is_field, value))


def held(name: str, value: object, depth: int = 0) -> Holds:
    """What a value holds that stands under `name`, by how it begins."""
    if depth > DEEPEST:
        return Holds.NOTHING
    if isinstance(value, Members):
        return Holds.RECORDS
    if isinstance(value, dict):
        return _held_in_object(name, value, depth)
    if isinstance(value, (list, Elements)):
        return _held_in_list(name, value.head() if isinstance(value, Elements) else value[:_HEAD], depth)
    return Holds.NOTHING


def _held_in_object(name: str, value: dict[str, Any], depth: int) -> Holds:
    if is_record(value):
        return Holds.RECORDS
    if is_library(name, value):
        return Holds.TEXTS
    return max((held(below, inner, depth + 1) for below, inner in value.items()), default=Holds.NOTHING)


def _held_in_list(name: str, head: list[Any], depth: int) -> Holds:
    if any(is_record(one) or is_positional(one) or isinstance(one, Members) for one in head):
        return Holds.RECORDS
    if are_texts(name, head):
        return Holds.TEXTS
    below = max((held(name, one, depth + 1) for one in head), default=Holds.NOTHING)
    is_objects = any(isinstance(one, dict) and not is_message(one) for one in head)
    return max(below, Holds.OBJECTS if is_objects else Holds.NOTHING)
