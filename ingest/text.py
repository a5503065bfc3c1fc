"""Normalisation of texts, tags and names. Nothing here drops a letter of any script."""

import hashlib
import hmac
import re
import unicodedata
from typing import Any

from ingest.errors import RecordError
from schema.text import normalise_body

# Bounded on both sides of the sign: time stays linear in the text.
_EMAIL = re.compile(r"(?<![^\s<>,;\"'@]{64})[^\s<>,;\"'@]{1,64}@(?=[^\s<>,;\"'@.]{1,63}\.)[^\s<>,;\"'@]{3,255}")
_BETWEEN_WORDS = re.compile(r"[\s_]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MAX_TAG_LENGTH = 64


def normalise_text(text: str) -> str:
    """Return `text` in NFC with LF line endings; every other character stays as it is.

    Raises:
        RecordError: it holds a character that no database text can hold (NUL, half a surrogate pair).
    """
    if text.isascii() and "\r" not in text and "\0" not in text:
        return text
    if _UNSTORABLE.search(text):
        raise RecordError("holds a NUL character or a broken emoji (half a surrogate pair); remove it")
    return normalise_body(text)


def normalise_tag(tag: str) -> str:
    """Return the stored form of a tag: NFKC, case-folded, no '#', words joined by hyphens; '' if nothing is left."""
    folded = (tag if tag.isascii() else unicodedata.normalize("NFKC", tag)).casefold().strip().lstrip("#").strip()
    return _BETWEEN_WORDS.sub("-", folded)[:MAX_TAG_LENGTH]


def pseudonym(name: str, key: bytes) -> str:
    """Return `name`, or a stable pseudonym where it holds an e-mail address, which then is stored nowhere.

    The pseudonym is keyed (HMAC-SHA-256), so that nobody can find an address by hashing guesses.
    """
    address = _EMAIL.search(name) if "@" in name else None
    if address is None:
        return name
    return _pseudonym_of(address, key)


def without_addresses_in(value: Any, key: bytes) -> Any:
    """A JSON value in which every e-mail address, however deep, is replaced by its pseudonym."""
    if isinstance(value, str):
        return _EMAIL.sub(lambda address: _pseudonym_of(address, key), value) if "@" in value else value
    if isinstance(value, dict):
        return {without_addresses_in(name, key): without_addresses_in(inner, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_addresses_in(inner, key) for inner in value]
    return value


def _pseudonym_of(address: re.Match[str], key: bytes) -> str:
    digest = hmac.new(key, address.group().casefold().encode(errors="replace"), hashlib.sha256)
    return f"contributor-{digest.hexdigest()[:10]}"


def is_deeper_than(value: object, limit: int) -> bool:
    """Whether a JSON value nests deeper than `limit` levels."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if limit <= 0:
        return limit < 0 or bool(inner)
    return any(isinstance(item, (dict, list)) and is_deeper_than(item, limit - 1) for item in inner)


def without_unstorable(value: Any) -> Any:
    """Return a JSON value in which characters that PostgreSQL cannot store are replaced, for showing to a curator."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(REPLACEMENT, value)
    if isinstance(value, dict):
        return {str(without_unstorable(str(k))): without_unstorable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_unstorable(item) for item in value]
    return value
