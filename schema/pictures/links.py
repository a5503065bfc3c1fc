"""Links to pictures that hold for a while: what is signed, and how long.

A link stays the same for some minutes, so that a browser asks for a picture once and not at each look at a page.
"""

import hashlib
import hmac
import time
from datetime import timedelta

LINK_LIFE = timedelta(minutes=15)
"""So long a link holds at most; one that is handed out holds for two thirds of it at least."""

_RENEWED_EVERY = int(LINK_LIFE.total_seconds()) // 3
_DIGITS = 12


def current_window() -> int:
    """The number of the span of time, in which links to a picture are the same."""
    return int(time.time()) // _RENEWED_EVERY


def ends_at(window: int) -> int:
    """When links of a window end, in seconds since 1970."""
    return window * _RENEWED_EVERY + int(LINK_LIFE.total_seconds())


def signature(secret: bytes, name: str, until: int) -> str:
    """What proves that we made a link."""
    return hmac.new(secret, f"picture\n{name}\n{until}".encode(), hashlib.sha256).hexdigest()


def holds(secret: bytes, name: str, until: str, signed: str) -> bool:
    """Whether a link is ours and has not ended."""
    if not (until.isascii() and until.isdecimal() and len(until) <= _DIGITS):
        return False
    is_ours = hmac.compare_digest(signature(secret, name, int(until)).encode(), signed.encode(errors="replace"))
    return is_ours and time.time() < int(until)
