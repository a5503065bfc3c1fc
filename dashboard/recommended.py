"""Recommended prompts: why each is shown, and a way to say that one does not suit."""

from collections.abc import Iterable
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import viewer
from dashboard.components import Opening, plain, prompt_card, shorten
from dashboard.translation import N_, _
from schema.repository.hidden import hidden_prompts, hide_prompt, unhide_prompt
from schema.repository.recommendations import Reason, Recommendation

_REASONS = {
    Reason.LIKED: N_("Because you liked {title}"),
    Reason.COPIED: N_("Because you copied {title}"),
    Reason.VIEWED: N_("Because you viewed {title}"),
    Reason.TAGS: N_("Has tags that you like"),
    Reason.NEW: N_("New this month"),
    Reason.POPULAR: N_("Popular this month"),
}


def recommendation_grid(found: Iterable[Recommendation], reader: int | None, opening: Opening) -> None:
    """Cards side by side; who is signed in sees why, and can say that they do not want one."""
    with st.grid(3, min_column_width=300):
        for one in found:
            if reader is None:
                prompt_card(one.card, opening=opening)
                continue
            reason = _(_REASONS[one.reason], title=shorten(one.because_of or "", 80))
            prompt_card(one.card, reason, opening=opening, foot=partial(_hide_button, reader, one.card.id))


def _hide_button(reader: int, prompt_id: int) -> None:
    st.button(
        _("Not for me"),
        key=f"hide-{prompt_id}",
        icon=":material/visibility_off:",
        type="tertiary",
        on_click=_hide,
        args=(reader, prompt_id),
    )


def _hide(reader: int, prompt_id: int) -> None:
    with viewer.open_session() as session:
        hide_prompt(session, reader, prompt_id)
        session.commit()
    st.toast(_("It is not recommended to you any more."))


def hidden_list(session: Session, reader: int) -> None:
    """What the reader said is not for them, and a way to take that back; nothing where there is none."""
    hidden = hidden_prompts(session, reader)
    if not hidden:
        return
    with st.expander(_("Not for me"), icon=":material/visibility_off:"):
        st.caption(_("These prompts are not recommended to you."))
        for card in hidden:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(card.title, 120))
                st.button(
                    _("Recommend again"),
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
    st.toast(_("It can be recommended to you again."))
