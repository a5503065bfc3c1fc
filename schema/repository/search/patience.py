"""How long a search may take before its reader is told so."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from schema.errors import PromptoryError

MAX_MILLISECONDS = 5_000
_CANCELED = "57014"
# Remembering the postings of a term that comes once would take longer than a search.
_BEGIN = """
SELECT
    current_setting('statement_timeout') AS before, set_config('statement_timeout', :milliseconds, true),
    set_config('enable_memoize', 'off', true)
"""
_END = "SELECT set_config('statement_timeout', :before, true)"


class SearchTooSlowError(PromptoryError):
    """A search was given up; its transaction has to be rolled back."""


@contextmanager
def bounded(session: Session) -> Iterator[None]:
    """Give up on statements that take too long.

    Raises:
        SearchTooSlowError: one did.
    """
    before = session.scalar(text(_BEGIN), {"milliseconds": str(MAX_MILLISECONDS)})
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _CANCELED:
            raise SearchTooSlowError("This search takes too long; use rarer words, or a filter.") from None
        raise
    session.execute(text(_END), {"before": before})
