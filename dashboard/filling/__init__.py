"""A prompt's text in the browser: fields that fill its variables in, and a button that copies it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.translation import _
from ingest import parts_of, variables_of

_FOLDER = Path(__file__).resolve().parent


def _part(ending: str) -> str:
    return (_FOLDER / f"filling.{ending}").read_text(encoding="utf-8")


_filling = st.components.v2.component("promptory_filling", html=_part("html"), css=_part("css"), js=_part("js"))


def fill_in(text: str, variables: list[dict[str, Any]], *, key: str, on_copied: Callable[[str], None]) -> None:
    """Show a text with fields for its variables, as `Prompt` has them.

    `on_copied` is called after each copy, with a word that names this one.
    """

    def copied() -> None:
        told = st.session_state[key].get("copied")
        if told:
            on_copied(str(told))

    _filling(key=key, data=shown(text, variables), on_copied_change=copied)


def shown(text: str, variables: list[dict[str, Any]]) -> dict[str, Any]:
    """What the browser needs: the text in parts, its variables with their defaults, and the words of the page."""
    parts = parts_of(text)
    # What a collection said of a variable goes before what stands in the text.
    defaults = {one["name"]: str(one["default"]) for one in [*variables_of(text), *variables] if one.get("default")}
    names = dict.fromkeys(name for _piece, name in parts if name is not None)
    return {
        "parts": parts,
        "variables": [{"name": name, "default": defaults.get(name, "")} for name in names],
        "words": {
            "copy": _("Copy"),
            "copied": _("Copied"),
            "failed": _("The browser does not let this page copy. Select the text and copy it yourself."),
            "text": _("Text of the prompt"),
        },
    }
