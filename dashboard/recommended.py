"""Recommended prompts: why each is shown, and a way to say that one does not suit."""

from collections.abc import Iterable

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import viewer
from dashboard.components import Opening, plain, prompt_card, shorten
from schema.repository.hidden import hidden_prompts, hide_prompt, unhide_prompt
from schema.repository.recommendations import Reason, Recommendation

_REASONS = {
    Reason.LIKED: "Because you liked {}",
    Reason.COPIED: "Because you copied {}",
    Reason.VIEWED: "Because you viewed {}",
    Reason.TAGS: "Has tags that you like",
    Reason.NEW: "New this month",
    Reason.POPULAR: "Popular this month",
}


def recommendation_grid(found: Iterable[Recommendation], reader: int | None, opening: Opening) -> None:
    """Cards side by side; who is signed in sees why, and can say that they do not want one."""
    with st.grid(3, min_column_width=300):
        for one in found:
            if reader is None:
                prompt_card(one.card, opening=opening)
                continue
            with st.container(height="stretch", gap="xsmall"):
                reason = _REASONS[one.reason].format(shorten(one.because_of or "", 80))
                prompt_card(one.card, reason, opening=opening)
                st.button(
                    "Not for me",
                    key=f"hide-{one.card.id}",
                    icon=":material/visibility_off:",
                    type="tertiary",
                    on_click=_hide,
                    args=(reader, one.card.id),
                )


def _hide(reader: int, prompt_id: int) -> None:
    with viewer.open_session() as session:
        hide_prompt(session, reader, prompt_id)
        session.commit()
    st.toast("It is not recommended to you any more.")


def hidden_list(session: Session, reader: int) -> None:
    """What the reader said is not for them, and a way to take that back; nothing where there is none."""
    hidden = hidden_prompts(session, reader)
    if not hidden:
        return
    with st.expander("Not for me", icon=":material/visibility_off:"):
        st.caption("These prompts are not recommended to you.")
        for card in hidden:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(card.title, 120))
                st.button(
                    "Recommend again",
                    key=f"unhide-{card.id}",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=_unhide,
                    args=(reader, card.id),
                )


def _unhide(reader: int, prompt_id: int) -> None:
    with viewer.open_session() as session:
        unhide_prompt(session, reader, prompt_id)
        session.commit()
    st.toast("It can be recommended to you again.")
