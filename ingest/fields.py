"""From the names that collections use to ours: any sensible header, in five languages."""

import hashlib
import json
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ingest.columns import Fields, meaning_of, place_of
from ingest.errors import RecordError
from ingest.languages import language_code, language_of
from ingest.shapes.messages import as_text, messages_in
from ingest.text import normalise_tag, normalise_text, pseudonym, without_addresses_in, without_unstorable
from ingest.variables import variables_of
from schema.models import AgentType, Tier
from schema.text import content_hash

IMAGE_TYPES = frozenset({"image", "img", "text-to-image", "이미지", "图像", "圖像", "画像", "изображение"})
MAX_TITLE_CHARACTERS = 300
MAX_PROMPT_CHARACTERS = 1_000_000
MAX_KEY_CHARACTERS = 200
MAX_NAME_CHARACTERS = 120
NO_PROMPT = "has no prompt text"
MAX_TAGS = 50
MAX_REFERENCE_CHARACTERS = 500

_SEPARATORS = re.compile("[,;|、，]")

as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""A value as JSON, always in the same words."""


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """A validated prompt, ready for staging. `key` is the record's own, or None; so are `access` and `licence`.

    Records of one collection that share a `translation_key` are the same prompt in several languages.

    `image` is what the record calls its picture, which may or may not be there (`ingest.pictures`); `record_hash` knows
    it among the details.

    Where the record has no title, `title` is the beginning of its text, which nobody may see of a PRO prompt.
    """

    key: str | None
    title: str
    title_is_from_text: bool
    description: str | None
    prompt_text: str
    negative_prompt: str | None
    variables: list[dict[str, Any]]
    agent_type: AgentType
    access: Tier | None
    language: str | None
    licence: str | None
    translation_key: str | None
    contributors: tuple[str, ...]
    tags: tuple[str, ...]
    details: dict[str, Any]
    image: str | None = None

    @property
    def content_hash(self) -> bytes:
        """Identity of the body."""
        return content_hash(self.prompt_text)

    @property
    def record_hash(self) -> bytes:
        """SHA-256 over every field: it differs when anything about the record changed."""
        parts = (
            *(self.key, self.title, self.description, self.prompt_text, self.agent_type, self.access, self.language),
            *(self.contributors, self.tags, self.details, self.negative_prompt, self.variables, self.licence),
            self.translation_key,
        )
        return hashlib.sha256(as_json(parts).encode()).digest()


Mapping = typing.Mapping[str, str]
"""What a curator said of columns: our name (a key of ALIASES) to the column's."""
NO_MAPPING: Mapping = MappingProxyType({})


def name_fields(fields: Fields, mapping: Mapping = NO_MAPPING) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a row into (fields under our names, all others under their own).

    Where two columns mean the same, the one listed first in ALIASES wins and the other is kept among the others.
    `mapping` goes before what the names say.
    """
    found: dict[str, tuple[int, str]] = {}
    for column, value in fields.items():
        place = place_of(column)
        if place is None or place[0] in mapping or value in (None, "", []):
            continue
        name, rank = place
        if name not in found or rank < found[name][0]:
            found[name] = (rank, column)
    chosen = {name: fields[column] for name, (_, column) in found.items() if column not in mapping.values()}
    chosen |= {name: fields.get(column) for name, column in mapping.items()}
    taken = {column for _, column in found.values()} | set(mapping.values())
    # A picture may not be there, or the column says something else of it.
    taken -= {column for name, (_, column) in found.items() if name == "image"} | {mapping.get("image")}
    return chosen, {
        column: value for column, value in fields.items() if column not in taken and value not in (None, "")
    }


def value_at(fields: Fields, column: str) -> Any:
    """The value of a column, or of a field of a nested object that is named with dots; None where there is none."""
    if column in fields:
        return fields[column]
    value: Any = fields
    for name in column.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def without_addresses(
    fields: Fields, pseudonym_key: bytes, meaning: Callable[[str], str | None] = meaning_of
) -> dict[str, Any]:
    """The row without e-mail addresses, but for those in a prompt's own words: an example in a text is no contributor.

    An author that holds an address becomes a pseudonym as a whole; elsewhere only the address does. `meaning` tells our
    name for a column.
    """
    cleaned: dict[str, Any] = {}
    for column, value in fields.items():
        ours = meaning(column)
        if ours == "author":
            cleaned[column] = [pseudonym(name, pseudonym_key)[:MAX_NAME_CHARACTERS] for name in _split(value)]
        elif ours in ("prompt", "title", "description", "negative_prompt"):
            cleaned[column] = value
        else:
            name = without_addresses_in(column, pseudonym_key) if ours is None else column
            cleaned[name] = without_addresses_in(value, pseudonym_key)
    return cleaned


def to_prompt(fields: Fields, mapping: Mapping = NO_MAPPING) -> PromptRecord:
    """Validate one row, whose authors are already free of addresses.

    Raises:
        RecordError: it has no prompt text, or a field is not acceptable; the message says which and why.
    """
    named, others = name_fields(fields, mapping)
    body = named.get("prompt")
    if isinstance(body, list):
        body = as_text(messages_in(body))
    if not isinstance(body, str) or not body.strip():
        raise RecordError(NO_PROMPT)
    if len(body) > MAX_PROMPT_CHARACTERS:
        raise RecordError(f"is {len(body):,} characters long; the limit is {MAX_PROMPT_CHARACTERS:,}")
    body = normalise_text(body)
    kind, title = _optional_text(named, "type"), _optional_text(named, "title")
    kept = {name: named[name] for name in ("type", "model", "popularity") if name in named}
    return PromptRecord(
        key=_key(named.get("key")),
        title=(title or _first_line(body))[:MAX_TITLE_CHARACTERS],
        title_is_from_text=title is None,
        description=_optional_text(named, "description"),
        prompt_text=body,
        negative_prompt=_optional_text(named, "negative_prompt"),
        variables=_variables(body, named.get("variables")),
        agent_type=AgentType.IMAGE if kind and kind.casefold() in IMAGE_TYPES else AgentType.LLM,
        access=_access(_optional_text(named, "access")),
        language=language_code(_optional_text(named, "language") or "") or language_of(body),
        licence=_optional_text(named, "licence"),
        translation_key=_key(named.get("translation_key")),
        contributors=tuple(dict.fromkeys(_listed(named.get("author")))),
        tags=tuple(dict.fromkeys(filter(None, map(normalise_tag, _listed(named.get("tags"))))))[:MAX_TAGS],
        details=without_unstorable(others | kept),
        image=_reference(named.get("image")),
    )


def _variables(body: str, declared: object) -> list[dict[str, Any]]:
    """The variables of a text, with what the record itself says of them (`{name: default}` or a list)."""
    found = variables_of(body)
    if isinstance(declared, str):
        try:
            declared = json.loads(declared)
        except ValueError:
            return found
    if isinstance(declared, list):
        declared = {one.get("name"): one.get("default") for one in declared if isinstance(one, dict)}
    if isinstance(declared, dict):
        for variable in found:
            default = declared.get(variable["name"])
            if isinstance(default, (str, int, float)) and "default" not in variable:
                variable["default"] = normalise_text(str(default))[:500]
    return found


def _optional_text(named: dict[str, Any], name: str) -> str | None:
    value = named.get(name)
    if value is None or isinstance(value, (dict, list)):
        return None
    return normalise_text(str(value)).strip() or None


def _key(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    key = normalise_text(str(value)).strip()
    if len(key) > MAX_KEY_CHARACTERS:
        return hashlib.sha256(key.encode()).hexdigest()
    return key or None


def _reference(value: object) -> str | None:
    """What a record calls its picture; the first of several."""
    first = value[0] if isinstance(value, list) and value else value
    return first.strip()[:MAX_REFERENCE_CHARACTERS] or None if isinstance(first, str) else None


def _access(value: str | None) -> Tier | None:
    if value is None:
        return None
    try:
        return Tier(value.upper())
    except ValueError:
        raise RecordError(f"has the access '{value[:40]}'; it must be FREE or PRO") from None


def _listed(value: object) -> list[str]:
    return [normalise_text(part) for part in _split(value)]


def _split(value: object) -> list[str]:
    """A list as it is, or a string split at commas and the like."""
    if isinstance(value, str):
        return [part.strip() for part in _SEPARATORS.split(value) if part.strip()]
    parts = value if isinstance(value, list) else [value]
    named = (part.get("name") if isinstance(part, dict) else part for part in parts)
    return [str(part).strip() for part in named if isinstance(part, (str, int)) and str(part).strip()]


def _first_line(body: str) -> str:
    return body.strip().partition("\n")[0][:80]
