"""Prompts that are nearly the same, side by side, for the curator to decide."""

from typing import Literal

import streamlit as st

from dashboard import viewer
from dashboard.components import plain
from dashboard.imports.differences import side_by_side
from dashboard.imports.wording import telling
from ingest import decide, separate
from schema.database import engine_for
from schema.models import Decision
from schema.repository.duplicates import NearDuplicatePair
from schema.roles import Role

_LONG_TEXT_CHARACTERS = 900
_LONG_TEXT_HEIGHT = 420


def show_pair(pair: NearDuplicatePair) -> None:
    """Two texts with their differences marked, and what can be decided of them."""
    is_long = max(len(pair.text), len(pair.other_text)) > _LONG_TEXT_CHARACTERS
    names = f"{pair.prompt_id}-{pair.other_id}"
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            # Rounded down: texts that differ are never 100 % alike.
            st.markdown(f":blue-badge[{int(100 * pair.similarity)} % alike]", width="content")
            whole = not is_long or st.toggle("Whole texts", key=f"whole-{names}")
        one, other = side_by_side(pair.text, pair.other_text, whole=whole)
        height: int | Literal["content"] = _LONG_TEXT_HEIGHT if is_long and whole else "content"
        sides = (
            (pair.prompt_id, pair.other_id, pair.title, "the older", one),
            (pair.other_id, pair.prompt_id, pair.other_title, "the newer", other),
        )
        for column, (prompt_id, twin_id, title, age, html) in zip(st.columns(2), sides, strict=True):
            with column:
                st.markdown(f"**{plain(title, 120)}** &nbsp; :gray[prompt {prompt_id}, {age}]")
                with st.container(height=height, border=False):
                    st.html(html)
                if pair.decision is not Decision.MERGED:
                    _merge_button(prompt_id, twin_id)
        if pair.decision is None:
            st.button("Keep both", icon=":material/call_split:", key=f"keep-{names}", on_click=_keep, args=(pair,))
        elif pair.decision is Decision.MERGED:
            st.button("Separate", icon=":material/undo:", key=f"separate-{names}", on_click=_separate, args=(pair,))


def _merge_button(kept: int, other: int) -> None:
    st.button(
        "Keep only this one",
        icon=":material/merge:",
        help="The other is hidden; its sources, likes and activity count for this one. It can be taken back.",
        key=f"merge-{kept}-{other}",
        on_click=_merge,
        args=(kept, other),
    )


def _merge(kept: int, other: int) -> None:
    with telling() as say:
        decide(engine_for(Role.INGEST), kept, other, merge=True, decided_by=viewer.viewer_id())
        say(f"Prompt {other} is merged into {kept}.")


def _keep(pair: NearDuplicatePair) -> None:
    with telling() as say:
        engine = engine_for(Role.INGEST)
        decide(engine, pair.prompt_id, pair.other_id, merge=False, decided_by=viewer.viewer_id())
        say(f"Prompts {pair.prompt_id} and {pair.other_id} are both kept.")


def _separate(pair: NearDuplicatePair) -> None:
    with telling() as say:
        separate(engine_for(Role.INGEST), pair.merged_id or pair.other_id)
        say(f"Prompts {pair.prompt_id} and {pair.other_id} are shown each for itself.")
