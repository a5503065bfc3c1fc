"""The forms as HTML, in the theme's colours. Every value is escaped."""

import secrets
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from dashboard.translation import LANGUAGES, PARAMETER, _, language

_FOLDER = Path(__file__).resolve().parent
_THEME = _FOLDER.parent / ".streamlit" / "config.toml"
_COLOURS = {
    "primary": "primaryColor",
    "background": "backgroundColor",
    "secondary-background": "secondaryBackgroundColor",
    "text": "textColor",
    "link": "linkColor",
    "border": "borderColor",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for; `name` is the parameter it is sent as."""

    name: str
    label: str
    kind: str
    autocomplete: str
    most: int
    least: int = 1
    value: str = ""
    hint: str = ""
    is_fixed: bool = False


def form(
    path: str, title: str, fields: Iterable[Field], *, others: dict[str, str], target: str, fault: str, status: int
) -> HTMLResponse:
    """A page with one form, which is sent to `path`; `others` are links, label to path."""
    query = {PARAMETER: language(), "next": target}
    said = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
    content = (
        f'{said}<form method="post" action="{escape(f"{path}?{urlencode(query)}")}">'
        f'{"".join(map(_field, fields))}<button type="submit">{escape(title)}</button></form>'
    )
    return _page(path, title, content, others, query, status)


def notice(path: str, title: str, sentence: str) -> HTMLResponse:
    """A page that says what was done."""
    content = f"<p>{escape(sentence)}</p>"
    return _page(path, title, content, {}, {PARAMETER: language()}, 200)


def _page(
    path: str, title: str, content: str, others: dict[str, str], query: dict[str, str], status: int
) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    links = {label: f"{other}?{urlencode(query)}" for label, other in others.items()}
    links[_("Back to the library")] = f"/?{urlencode({PARAMETER: language()})}"
    for code, name in LANGUAGES.items():
        if code != language():
            links[name] = f"{path}?{urlencode(query | {PARAMETER: code})}"
    page = _template().substitute(
        _theme(),
        nonce=nonce,
        language=language(),
        title=escape(title),
        content=content,
        links=" ".join(f'<a href="{escape(address)}">{escape(label)}</a>' for label, address in links.items()),
    )
    return HTMLResponse(page, status, headers=_guards(nonce))


def _field(field: Field) -> str:
    hint = f'<p class="hint" id="{field.name}-hint">{escape(field.hint)}</p>' if field.hint else ""
    fixed = " readonly" if field.is_fixed else ""
    described = f' aria-describedby="{field.name}-hint"' if field.hint else ""
    return (
        f'<label>{escape(field.label)}<input name="{field.name}" type="{field.kind}" value="{escape(field.value)}" '
        f'autocomplete="{field.autocomplete}" minlength="{field.least}" maxlength="{field.most}" '
        f"required{fixed}{described}></label>{hint}"
    )


def _guards(nonce: str) -> dict[str, str]:
    """Nothing foreign may run on the page, frame it, or keep it."""
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


@cache
def _template() -> Template:
    return Template((_FOLDER / "page.html").read_text(encoding="utf-8"))


@cache
def _theme() -> dict[str, str]:
    theme = tomllib.loads(_THEME.read_text(encoding="utf-8"))["theme"]
    modes = {
        mode: " ".join(f"--{name}: {theme[mode][option]};" for name, option in _COLOURS.items())
        for mode in ("light", "dark")
    }
    return modes | {"font": theme["font"]}
