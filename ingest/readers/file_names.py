"""What a file's name tells: how the one record in it is called, and what its records are a translation of."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from ingest.columns import LANGUAGE_KEYS, meaning_of, with_defaults
from ingest.errors import UnreadableFileError
from ingest.languages import language_code
from ingest.readers.base import Row, key_of
from ingest.readers.holding import is_record
from ingest.readers.nested import records_in
from ingest.sources import SourceFile

Read = Callable[[SourceFile], Iterator[Row]]

_MOST_TWINS = 10_000
_CHINESE = re.compile(r"(?P<base>.+?[-_.])(?P<code>zh(?:[-_](?:cn|tw|hk|hans|hant))?|cn|tw)", re.IGNORECASE)
_CODES = ("zh", "zh-CN", "zh_CN", "zh-Hans", "cn", "zh-TW", "zh_TW", "zh-HK", "zh-Hant", "tw")


def rows_in(file: SourceFile, values: Iterator[Any]) -> Iterator[Row]:
    """The rows of a file's values. One that is a record as a whole is called by the file's name, if by no other."""
    for first in values:
        following = list(islice(values, 1)) if is_record(first) else []
        if is_record(first) and not following:
            yield _with(Row(1, first), _of_document(file))
            return
        found = (record for value in chain([first], following, values) for record in records_in(value))
        yield from (Row(number, *one) for number, one in enumerate(found, start=1))


def with_twin(file: SourceFile, read: Read) -> Iterator[Row]:
    """The rows that `read` finds in a file, linked with those of the same prompts in the other Chinese script.

    Titles and texts are worded anew in the other script, so that only their places link them. They do where both files
    (`x-zh.json`, `x-zh-TW.json`) hold as many records: each pair shares the title in simplified script as a key.
    """
    titles, code = _twins(file, read)
    for row in read(file):
        yield _with(row, {"translation_key": titles[row.number - 1], "language": code}) if titles else row


def _of_document(file: SourceFile) -> dict[str, Any]:
    """The name of a prompt that is a file, or what it is a translation of (`x.ko.json` and `x/index.ko.json`: of x)."""
    stem, _, language = file.stem.rpartition(".")
    if language in LANGUAGE_KEYS:
        name = file.folder if stem == "index" else stem
        return {"key": f"{name}@{language_code(language)}", "translation_key": name, "language": language}
    return {"key": key_of(file), "title": file.stem} if file.ending else {}


def _twins(file: SourceFile, read: Read) -> tuple[list[str], str]:
    """The titles of a file's records in simplified script, by place, and its own language; [] where it has no twin."""
    own = _CHINESE.fullmatch(file.stem)
    if own is None:
        return [], ""
    is_traditional = language_code(own["code"]) == "zh-Hant"
    others = (code for code in _CODES if (language_code(code) == "zh-Hant") != is_traditional)
    twins = (file.sibling(f"{own['base']}{code}{file.ending}") for code in others)
    for twin in filter(None, twins):
        return _titles(*((twin, file) if is_traditional else (file, twin)), read), own["code"]
    return [], ""


def _titles(simplified: SourceFile, traditional: SourceFile, read: Read) -> list[str]:
    try:
        titles = [_title_of(row) for row in islice(read(simplified), _MOST_TWINS + 1)]
        others = sum(1 for _ in islice(read(traditional), _MOST_TWINS + 1))
    except UnreadableFileError:
        return []
    are_names = all(titles) and len(set(titles)) == len(titles) <= _MOST_TWINS
    return titles if are_names and len(titles) == others else []


def _title_of(row: Row) -> str:
    return next((str(value) for name, value in row.fields.items() if meaning_of(name) == "title"), "")


def _with(row: Row, told: dict[str, Any]) -> Row:
    return replace(row, fields=with_defaults(row.fields, told))
