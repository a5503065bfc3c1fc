"""Passwords: argon2id with the library's current recommended cost (RFC 9106, low memory)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 10, 200
"""How many characters a password has that somebody chooses."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and cost."""
    return _hasher.hash(password)


def warm_up() -> None:
    """Make the hash that unknown accounts are compared with, so that the first of them takes no longer."""
    _hash_of_nobody()


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether `password` matches; takes as long for an unknown account (None) as for a known one."""
    try:
        return _hasher.verify(password_hash or _hash_of_nobody(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody signs in with this")
