"""When two texts are the same: the one definition that imports and the application share."""

import hashlib
import unicodedata


def normalise_body(text: str) -> str:
    """Return `text` in NFC with LF line endings; every other character stays as it is."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def content_hash(body: str) -> bytes:
    """SHA-256 (32 bytes) of a normalised body without outer white space: the identity of a prompt's text."""
    return hashlib.sha256(body.strip().encode()).digest()
