"""Signing in: counted attempts, and sessions that the database keeps by the hash of their token.

The functions that are asked here are those of migrations 0016 and 0020; how long a session lives and how long one waits
after failures is written in the first.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.passwords import verify_password
from schema.repository.people import find_credentials


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to sign in from where, as keyed hashes (32 bytes) that name nobody."""

    account: bytes
    address: bytes

    @classmethod
    def of(cls, key: str, account: str, address: str) -> "Attempt":
        """The attempt for an e-mail address from a client's address; `key` is a secret of the installation."""
        return cls(_keyed(key, "account", account.strip().casefold()), _keyed(key, "address", address))


def new_token() -> str:
    """A token that nobody guesses: 256 random bits, fit for a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the database knows a token by (SHA-256: a random token needs no salt)."""
    return hashlib.sha256(token.encode()).digest()


def begin_attempt(session: Session, attempt: Attempt) -> int:
    """Count an attempt as failed until it has succeeded; seconds to wait instead, if there were too many."""
    values = {"account": attempt.account, "address": attempt.address}
    return int(session.execute(text("SELECT library.begin_sign_in(:account, :address)"), values).scalar_one())


def finish_attempt(session: Session, attempt: Attempt) -> None:
    """Take the count back: the attempt has succeeded."""
    values = {"account": attempt.account, "address": attempt.address}
    session.execute(text("SELECT library.finish_sign_in(:account, :address)"), values)


def authenticate(session: Session, email: str, password: str) -> int | None:
    """The id of the account with this e-mail address and password, or None; takes as long either way."""
    user_id, password_hash = find_credentials(session, email) or (None, None)
    return user_id if verify_password(password, password_hash) else None


def begin_session(session: Session, hashed: bytes, user_id: int) -> None:
    """Sign a person in under a token's hash; a hash that was used before stays what it was."""
    session.execute(text("SELECT library.open_session(:hashed, :user_id)"), {"hashed": hashed, "user_id": user_id})


def touch_session(session: Session, hashed: bytes) -> int | None:
    """The id of the person whose session it is, which counts as used now; None where it is over, or none."""
    found: int | None = session.scalar(text("SELECT library.touch_session(:hashed)"), {"hashed": hashed})
    return found


def end_session(session: Session, hashed: bytes) -> None:
    """Sign out."""
    session.execute(text("SELECT library.end_session(:hashed)"), {"hashed": hashed})


def change_password(session: Session, hashed: bytes, password_hash: str) -> bool:
    """Give whose session it is another password, and end all their other sessions; False where the session is over."""
    values = {"hashed": hashed, "password_hash": password_hash}
    return bool(session.scalar(text("SELECT library.change_password(:hashed, :password_hash)"), values))


def register(session: Session, *, email: str, name: str, password_hash: str | None) -> int | None:
    """The id of a new Free reader; None where the e-mail address belongs to somebody already."""
    values = {"email": email, "name": name, "hash": password_hash}
    found: int | None = session.scalar(text("SELECT library.register(:email, :name, :hash)"), values)
    return found


def _keyed(key: str, kind: str, subject: str) -> bytes:
    return hmac.digest(key.encode(), f"{kind}:{subject}".encode(), "sha256")
