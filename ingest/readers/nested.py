"""The records in nested lists and objects (JSON, YAML), with what the names above them say of them.

`{"ko": [...]}` tells a language, `{"Writing": [...]}` a category, `{"Essay coach": {...}}` a title; a list within a
list is a record without names. What holds no prompt beside lists that do (settings, authors) is passed over.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from ingest.columns import LANGUAGE_KEYS, Fields, meaning_of, said_in
from ingest.readers.holding import (
    DEEPEST,
    Elements,
    Holds,
    Members,
    are_texts,
    has_text,
    held,
    is_library,
    is_positional,
    is_record,
    says_nothing,
)
from ingest.shapes.messages import is_message

NOT_AN_OBJECT = "is not an object with named fields"
_MOST_MESSAGES = 1000
_MOST_BESIDE = 100
_LONGEST_BESIDE = 2000
_INHERITED = frozenset({"language", "tags", "author", "licence"})
# PromptSource says once, above all of them, what its templates are for.
_INHERITED_COLUMNS = frozenset({"dataset", "subset"})


class Found(NamedTuple):
    """A record as it stands, with why it cannot be used."""

    fields: Fields
    fault: str | None = None


def records_in(value: object) -> Iterator[Found]:
    """The records of a value; where it holds none, itself, so that it can be said what it is."""
    if isinstance(value, (dict, list, Elements, Members)):
        return _records(value, {}, 0)
    return iter([Found({"value": value}, NOT_AN_OBJECT)])


def _records(value: object, above: Fields, depth: int, name: str = "") -> Iterator[Found]:
    if depth > DEEPEST:
        yield Found({}, f"lies below more than {DEEPEST} lists and objects")
    elif isinstance(value, dict) and is_record(value):
        yield Found(_with(value, above))
    elif isinstance(value, dict):
        yield from _in_each_language(value, above) or _in_object(value, above, depth, name)
    elif isinstance(value, Members):
        yield from _in_long_object(value, above, depth, name)
    elif isinstance(value, (list, Elements)):
        yield from _in_list(value, above, depth)
    elif isinstance(value, str):
        yield Found({**above, "prompt": value})
    else:
        yield Found({"value": value}, NOT_AN_OBJECT)


def _in_list(elements: Iterable[Any], above: Fields, depth: int) -> Iterator[Found]:
    elements = iter(elements)
    for first in islice(elements, 1):
        if is_message(first):
            yield _conversation([first, *islice(elements, _MOST_MESSAGES)], above)
            return
        for element in chain([first], elements):
            yield from _element(element, above, depth)


def _conversation(messages: list[Any], above: Fields) -> Found:
    fault = None if len(messages) <= _MOST_MESSAGES else f"is a conversation of over {_MOST_MESSAGES:,} messages"
    return Found(_with({"messages": messages}, above), fault)


def _element(element: Any, above: Fields, depth: int) -> Iterator[Found]:
    """A record of a list. An object in it that is none is looked into only where it holds some."""
    if isinstance(element, dict):
        is_flat = not any(isinstance(inner, (dict, list)) for inner in element.values())
        if is_flat or is_record(element) or held("", element, depth) < Holds.RECORDS:
            yield Found(_with(element, above))
            return
    if element == []:
        yield Found({"value": element}, "is an empty list, with neither a title nor a text in it")
    elif is_positional(element):
        yield Found(_with(_by_position(element), above))
    else:
        yield from _records(element, above, depth + 1)


def _by_position(element: list[Any]) -> dict[str, Any]:
    """Title and text of a pair; of more strings the longest is the text, and the first of the others the title."""
    strings = [one for one in element if isinstance(one, str)]
    text = strings[1] if len(strings) == 2 else max(strings, key=len)
    title = next((one for one in strings if one is not text), None)
    rest = {f"position {n}": one for n, one in enumerate(element, start=1) if one is not text and one is not title}
    return {"title": title, "prompt": text} | rest


def _in_object(value: dict[str, Any], above: Fields, depth: int, name: str) -> Iterator[Found]:
    """What an object holds, of the best kind that is in it. Of mere objects the first list, for the curator to map."""
    kinds = {below: held(below, inner, depth + 1) for below, inner in value.items()}
    best = max(kinds.values(), default=Holds.NOTHING)
    if best == Holds.NOTHING:
        yield from _by_itself(value, above, name)
        return
    chosen = [below for below, kind in kinds.items() if kind == best][: 1 if best == Holds.OBJECTS else None]
    above = {**above, **_inherited({below: inner for below, inner in value.items() if below not in chosen})}
    for below in chosen:
        yield from _below(below, value[below], above, depth)


def _in_long_object(members: Members, above: Fields, depth: int, name: str) -> Iterator[Found]:
    """As in an object, in the order in which it comes. Of mere objects, a list that is long itself."""
    head = members.head()
    if are_texts(name, [inner for _, inner in head]):
        yield from (Found(_with({"prompt": inner}, {**above, **_named(below)})) for below, inner in members)
        return
    beside: dict[str, str] = {}
    is_found, is_record_itself = False, has_text(head)
    for below, inner in members:
        least = Holds.OBJECTS if isinstance(inner, Elements) else Holds.TEXTS
        if not is_record_itself and held(below, inner, depth + 1) >= least:
            is_found = True
            yield from _below(below, inner, {**above, **_inherited(beside)}, depth)
        elif isinstance(inner, str) and len(beside) < _MOST_BESIDE:
            beside[below] = inner[:_LONGEST_BESIDE]
    if not is_found:
        yield Found(beside, "is over 4 million characters long, and no list of prompts; shorten it")


def _below(name: str, value: Any, above: Fields, depth: int) -> Iterator[Found]:
    """What stands under a name: one record that the name is of, or several that it says something of."""
    if isinstance(value, dict) and is_record(value):
        yield Found(_with(value, {**above, **_named(name)}))
    else:
        category = {} if says_nothing(name) else {"category": name}
        said = {"language": name} if name in LANGUAGE_KEYS else category
        yield from _records(value, {**above, **said}, depth + 1, name)


def _by_itself(fields: dict[str, Any], above: Fields, name: str) -> Iterator[Found]:
    """An object of names and texts, or one that is no record and says so."""
    if is_library(name, fields):
        yield from (Found(_with({"prompt": text}, {**above, **_named(below)})) for below, text in fields.items())
    else:
        yield Found(_with(fields, above))


def _named(name: str) -> dict[str, str]:
    if name in LANGUAGE_KEYS:
        return {"language": name}
    return {} if says_nothing(name) else {"key": name, "title": name}


def _inherited(beside: Fields) -> dict[str, Any]:
    """What is said once above all records. A list of tags there is the collection's vocabulary, and none of them."""
    return {
        name: value
        for name, value in beside.items()
        if isinstance(value, str) and (meaning_of(name) in _INHERITED or name in _INHERITED_COLUMNS)
    }


def _with(fields: Fields, above: Fields) -> Fields:
    """The record, with what is said above it where it says nothing itself; a category goes with tags."""
    if not above:
        return fields
    said = said_in(fields) - {None}
    more = {
        name: value
        for name, value in above.items()
        if not fields.get(name) and (name == "category" or meaning_of(name) not in said)
    }
    return {**fields, **more}


def _in_each_language(value: dict[str, Any], above: Fields) -> list[Found]:
    """A record in several languages (`{"id": 1, "en": {...}, "ko": {...}}`) as one in each; [] where it is none."""
    languages = [name for name in value if name in LANGUAGE_KEYS and is_record(value[name])]
    shared = {name: inner for name, inner in value.items() if name not in languages}
    return [Found(_with(shared | {name: value[name]}, above)) for name in languages] if len(languages) > 1 else []
