"""Prompts of the whole library that are nearly the same, for the curator to decide."""

import streamlit as st

from dashboard import viewer
from dashboard.components import choose, show_more_button, shown_length
from dashboard.imports.pairs import show_pair
from dashboard.imports.wording import show_notice
from dashboard.translation import N_, _
from schema.models import Decision
from schema.repository.duplicates import near_duplicates

_SHOWN = {"open": N_("To decide"), Decision.KEPT.value: N_("Kept both"), Decision.MERGED.value: N_("Merged")}
_NOTHING = {
    "open": N_("No two prompts are nearly the same. Each import is compared with the whole library."),
    Decision.KEPT.value: N_("No pair has been kept."),
    Decision.MERGED.value: N_("No prompts have been merged."),
}
_LEAST = {70: N_("70 %"), 80: N_("80 %"), 90: N_("90 %")}
_PAGE = 10
_LENGTH = "duplicates_length"


def page() -> None:
    """The pairs with one decision, the most alike first, a page at first and more at a click."""
    st.title(_("Near-duplicates"), anchor=False)
    show_notice()
    with st.container(horizontal=True, gap="large"):
        shown = choose(_("Show"), _SHOWN, "open", key="decision")
        least = choose(_("At least so alike"), _LEAST, 70, key="least")
    decision = None if shown == "open" else Decision(shown)
    # A merge that a curator made is kept without a similarity.
    at_least = 0.0 if least == min(_LEAST) else least / 100
    length = shown_length(_LENGTH, _PAGE)
    with viewer.open_session() as session:
        # One more than fits tells whether there are more.
        pairs = near_duplicates(session, decision=decision, at_least=at_least, take=length + 1)
    if not pairs:
        st.info(_(_NOTHING[shown]))
    for pair in pairs[:length]:
        show_pair(pair)
    if len(pairs) > length:
        show_more_button(_LENGTH, length + _PAGE)


page()
