"""YAML as plain data: no type that a file names is ever made, and no alias grows without end.

Values are built from the parser's events, so that a tag (`!Template`, `!!python/object/apply:...`) has nothing to call:
what it stands before is read as if it were not there.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ingest.errors import UnreadableFileError
from ingest.sources import MAX_FIELD_CHARACTERS

MAX_DEPTH = 50

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "<<"
# YAML 1.2's bare words: `no`, `12:30` and `2024-01-31` stay text. No number is too long to store.
_NULL = re.compile(r"~|null|Null|NULL|")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}(?:[eE][-+]?[0-9]{1,2})?")


def load_documents(text: str, label: str) -> Iterator[Any]:
    """The documents of a YAML stream, of JSON's types only.

    Raises:
        UnreadableFileError: it is not YAML, is nested too deeply, or its aliases multiply it.
    """
    try:
        yield from _Builder(yaml.parse(text, Loader=_PARSER), label).documents()
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        told = getattr(error, "problem", None) or " ".join(str(error).split())[:160]
        raise UnreadableFileError(f"{label} is not readable YAML{place}: {told}.") from None


class _Builder:
    """Builds values from events. `_size` counts their letters and parts, each alias as if it were written out."""

    def __init__(self, events: Iterator[Any], label: str) -> None:
        self._events, self._label = events, label
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._size = self._repetitions = 0

    def documents(self) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                yield self._value(next(self._events), 0)

    def _value(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise UnreadableFileError(f"{self._label} is nested more than {MAX_DEPTH} levels deep.")
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(str(event.anchor))
        before = self._size
        self._size += 1
        if isinstance(event, yaml.ScalarEvent):
            self._size += len(event.value)
            value: Any = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(depth)
        else:
            value = self._object(depth)
        if event.anchor:
            self._anchors[event.anchor] = value, self._size - before
        return value

    def _list(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            is_bare = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
            name = event.value if isinstance(event, yaml.ScalarEvent) else str(self._value(event, depth + 1))[:200]
            value = self._value(next(self._events), depth + 1)
            if is_bare and name == _MERGE:
                for one in value if isinstance(value, list) else [value]:
                    merged = (one if isinstance(one, dict) else {}) | merged
            else:
                fields[name] = value
        return merged | fields

    def _repeated(self, anchor: str) -> Any:
        if anchor not in self._anchors:
            raise UnreadableFileError(f"{self._label} repeats '*{anchor[:40]}', which stands for nothing yet.")
        value, size = self._anchors[anchor]
        self._size += size
        self._repetitions += size
        if self._repetitions > MAX_FIELD_CHARACTERS:
            raise UnreadableFileError(f"{self._label} grows beyond all bounds through its aliases; write them out.")
        return value


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return None if _NULL.fullmatch(text) else text
