"""Records whose fields stand below a language: `{"id": 1, "ko": {"title": ..., "prompt": ...}, "weight": 9}`.

In ChatGPT-Shortcut, `prompt` is the English text in the file of every language and `description` its translation;
`remark` is what describes it. Where `prompt` itself is in the file's language, it is the text.
"""

from typing import Any

from ingest.columns import LANGUAGE_KEYS, Fields
from ingest.errors import RecordError
from ingest.languages import language_code, language_of
from ingest.shapes.base import Shape, given, without

_KEYS = ("key", "id", "uuid")


def _matches(fields: Fields) -> bool:
    return _language_in(fields) is not None


def _language_in(fields: Fields) -> str | None:
    """The one language that fields stand below."""
    found = [name for name, value in fields.items() if isinstance(value, dict) and name in LANGUAGE_KEYS]
    return found[0] if len(found) == 1 and "prompt" in fields[found[0]] else None


def _to_fields(fields: Fields) -> dict[str, Any]:
    column = _language_in(fields)
    assert column is not None
    code = language_code(column) or column
    key = next((fields[name] for name in _KEYS if fields.get(name) is not None), None)
    ours = {} if key is None else {"key": key if code == "en" else f"{key}@{code}", "translation_key": key}
    inner = _text_in(fields[column], code) if "remark" in fields[column] else fields[column] | {"language": code}
    return without(fields, column, *_KEYS) | inner | ours


def _text_in(inner: Fields, code: str) -> dict[str, Any]:
    """The text that a record of ChatGPT-Shortcut brings in its language, and what goes with it."""
    prompt, translation = inner["prompt"], inner.get("description")
    if prompt == "null":
        raise RecordError("holds the word null in place of a prompt: there is no text in this language")
    kept = without(inner, "prompt", "description", "remark") | given(description=inner["remark"])
    written = language_of(prompt) if isinstance(prompt, str) else None
    if translation and code not in ("en", written):
        return kept | {"prompt": translation, "language": code, "english": prompt}
    return kept | {"prompt": prompt, "language": written or code} | given(note=translation)


CHATGPT_SHORTCUT = Shape("ChatGPT-Shortcut", LANGUAGE_KEYS, _matches, _to_fields)
