"""What the dashboard says, in the language of who reads it.

English is the language of the code; the catalogues in `dashboard/locales` hold the others. The language belongs to a
browser session or to a request, never to the process: people of several languages share one.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

import streamlit as st
from babel import numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parents[1] / "locales"
LANGUAGES = {"en": "English", "ko": "한국어"}
DEFAULT = "en"
PARAMETER = "lang"
_KEPT = "language_kept"

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def N_(message: str) -> str:  # noqa: N802 (gettext's own name)
    """Mark a text that is translated where it is shown."""
    return message


def _(message: str, **values: object) -> str:
    """`message` in the reader's language, with `values` for its placeholders."""
    found = _translations(language()).gettext(message) if message else ""
    return found.format(**values) if values else found


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The form for `count` in the reader's language; `{count}` stands for the number, grouped."""
    found = _translations(language()).ngettext(one, many, count)
    return found.format(count=numbers.format_decimal(count, locale=language()), **values)


def language() -> str:
    """The code of the reader's language: what they chose, what the address says, or what their browser speaks."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    state = st.session_state
    chosen = state.get(PARAMETER) or state.get(_KEPT) or st.query_params.get(PARAMETER)
    return known(chosen or st.context.locale)


def keep_language() -> None:
    """Remember the reader's language for their next page, which begins without the switch's state."""
    st.session_state[_KEPT] = language()


def forget_all_but_language() -> None:
    """Empty the browser session, but for the language."""
    spoken = language()
    st.session_state.clear()
    st.session_state[_KEPT] = spoken


def known(code: str | None) -> str:
    """The language of a code such as `ko-KR`, where there is a catalogue for it; English otherwise."""
    short = (code or "").lower().replace("_", "-").partition("-")[0]
    return short if short in LANGUAGES else DEFAULT


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language inside, outside of a browser session."""
    token = _spoken.set(known(code))
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def catalogue(code: str) -> Catalog:
    """A language's catalogue as translators write it; English has none."""
    with (LOCALES / code / "LC_MESSAGES" / "dashboard.po").open("rb") as file:
        return read_po(file, locale=code)


@cache
def _translations(code: str) -> gettext.NullTranslations:
    if code == DEFAULT:
        return gettext.NullTranslations()
    # Compiled here, so that nothing needs to be at set-up.
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
