"""Prompts that are nearly the same, side by side, for the curator to decide."""

from typing import Literal

import streamlit as st

from dashboard import viewer
from dashboard.components import plain
from dashboard.imports.differences import side_by_side
from dashboard.imports.wording import telling
from dashboard.translation import _
from ingest import decide, separate
from schema.models import Decision
from schema.repository.duplicates import NearDuplicatePair

_LONG_TEXT_CHARACTERS = 900
_LONG_TEXT_HEIGHT = 420


def show_pair(pair: NearDuplicatePair) -> None:
    """Two texts with their differences marked, and what can be decided of them."""
    is_long = max(len(pair.text), len(pair.other_text)) > _LONG_TEXT_CHARACTERS
    names = f"{pair.prompt_id}-{pair.other_id}"
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            # Rounded down: texts that differ are never 100 % alike.
            st.markdown(f":blue-badge[{_('{percent} % alike', percent=int(100 * pair.similarity))}]", width="content")
            whole = not is_long or st.toggle(_("Whole texts"), key=f"whole-{names}")
        one, other = side_by_side(pair.text, pair.other_text, whole=whole)
        height: int | Literal["content"] = _LONG_TEXT_HEIGHT if is_long and whole else "content"
        sides = (
            (pair.prompt_id, pair.other_id, pair.title, _("prompt {number}, the older", number=pair.prompt_id), one),
            (
                pair.other_id,
                pair.prompt_id,
                pair.other_title,
                _("prompt {number}, the newer", number=pair.other_id),
                other,
            ),
        )
        for column, (prompt_id, twin_id, title, age, html) in zip(st.columns(2), sides, strict=True):
            with column:
                st.markdown(f"**{plain(title, 120)}** &nbsp; :gray[{age}]")
                with st.container(height=height, border=False):
                    st.html(html)
                if pair.decision is not Decision.MERGED:
                    _merge_button(prompt_id, twin_id)
        if pair.decision is None:
            st.button(_("Keep both"), icon=":material/call_split:", key=f"keep-{names}", on_click=_keep, args=(pair,))
        elif pair.decision is Decision.MERGED:
            st.button(_("Separate"), icon=":material/undo:", key=f"separate-{names}", on_click=_separate, args=(pair,))


def _merge_button(kept: int, other: int) -> None:
    st.button(
        _("Keep only this one"),
        icon=":material/merge:",
        help=_("The other is hidden; its sources, likes and activity count for this one. It can be taken back."),
        key=f"merge-{kept}-{other}",
        on_click=_merge,
        args=(kept, other),
    )


def _merge(kept: int, other: int) -> None:
    with telling() as say:
        decide(viewer.curating(), kept, other, merge=True, decided_by=viewer.viewer_id())
        say(_("Prompt {other} is merged into {kept}.", other=other, kept=kept))


def _keep(pair: NearDuplicatePair) -> None:
    with telling() as say:
        engine = viewer.curating()
        decide(engine, pair.prompt_id, pair.other_id, merge=False, decided_by=viewer.viewer_id())
        say(_("Prompts {one} and {other} are both kept.", one=pair.prompt_id, other=pair.other_id))


def _separate(pair: NearDuplicatePair) -> None:
    with telling() as say:
        separate(viewer.curating(), pair.merged_id or pair.other_id)
        say(_("Prompts {one} and {other} are shown each for itself.", one=pair.prompt_id, other=pair.other_id))
