"""A Markdown document with many prompts, and what its name and badges say of them all: language, licence."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.columns import LANGUAGE_KEYS
from ingest.languages import language_code
from ingest.readers.base import Row
from ingest.readers.documents.base import MARKDOWN, sample_of, with_lf
from ingest.readers.documents.listed_prompts import prompts_in
from ingest.sources import SourceFile

_LICENCE = re.compile(r"!\[Licen[cs]e:? ([^\]\n]{1,60})\]")
_CODE = re.compile(r"[_.-](([a-z]{2})(?:[-_][A-Za-z0-9]{2,4})?)$")


class MarkdownCollectionReader:
    """Many prompts in one document; the same document in other languages has the language in its name."""

    name = "markdown collection"

    def recognises(self, file: SourceFile) -> bool:
        """Several parts of one shape, each with a prompt."""
        return file.ending in MARKDOWN and bool(prompts_in(sample_of(file), _subject(file)))

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the prompts in order."""
        text = with_lf(file.read_text())
        prompts = prompts_in(text, _subject(file))
        shared, has_ids = _shared(text, file, prompts), _have_ids(prompts)
        for place, prompt in enumerate(prompts, start=1):
            own_id, is_numbered = prompt.pop("own id", None), prompt.pop("is numbered", False)
            keys = _keys(file, own_id if has_ids else None, place if is_numbered else None)
            yield Row(place, shared | keys | prompt)


def _subject(file: SourceFile) -> str:
    """What the file's name says that it is about."""
    return "" if file.stem.lower().startswith("readme") else file.stem


def _have_ids(prompts: Sequence[dict[str, Any]]) -> bool:
    ids = {prompt.get("own id") for prompt in prompts}
    return None not in ids and len(ids) == len(prompts)


def _keys(file: SourceFile, own_id: str | None, number: int | None) -> dict[str, str]:
    """The key of a prompt, and what it shares with its translations in files named alike.

    A number is no key, as it may be another prompt's in the next version.
    """
    code = _language_of(file)
    name = file.stem[: -len(code) - 1] if code else file.stem
    if own_id is None:
        return {"translation_key": f"{name}/{number}"} if number else {}
    shared = f"{name}/{own_id}"
    return {"translation_key": shared, "key": f"{shared}.{code}" if code else shared}


def _language_of(file: SourceFile) -> str:
    """The code that a file's name ends in (`README_ko-KR.md`), '' for none."""
    code = _CODE.search(file.stem)
    return code[1] if code and code[2] in LANGUAGE_KEYS else ""


def _shared(text: str, file: SourceFile, prompts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What holds for all prompts of a document."""
    licence, language = _LICENCE.search(text), language_code(_language_of(file))
    with_images = sum("images" in prompt for prompt in prompts)
    return {
        **({"licence": licence[1]} if licence else {}),
        **({"language": language} if language else {}),
        **({"type": "image"} if with_images * 2 > len(prompts) else {}),
    }
