"""What the reader does with a prompt, told to the library: views, copies, meetings with the lock, likes."""

import time
import uuid

import streamlit as st

from dashboard import formats, viewer
from dashboard.shown import visit, written
from dashboard.translation import _
from schema.models import EventType
from schema.repository.uses import record_like, record_use

_TOLD, _ASKED = "uses_told", "like_asked"
_VISIT_SECONDS = 30 * 60


def saw(prompt_id: int, *, is_locked: bool) -> bool:
    """The reader has the prompt, or its lock, before them; whether that is new to this visit."""
    what = EventType.PAYWALL_VIEW if is_locked else EventType.VIEW
    told, use = st.session_state.setdefault(_TOLD, {}), (viewer.viewer_id(), what, prompt_id)
    if time.monotonic() - told.get(use, -_VISIT_SECONDS) < _VISIT_SECONDS:
        return False
    told[use] = time.monotonic()
    written(lambda session: record_use(session, uuid.uuid4(), what, prompt_id, visit()))
    return True


def copied(prompt_id: int, word: str) -> None:
    """The reader copied the prompt; `word` names this copy: told again, it counts once."""
    event_id = uuid.uuid5(uuid.UUID(visit()), f"{prompt_id}/{word}")
    written(lambda session: record_use(session, event_id, EventType.COPY, prompt_id, visit()))


def settle_like(prompt_id: int) -> None:
    """Write what the reader asked for on a run that did not come so far; for a page's beginning."""
    asked = st.session_state.pop(_key(prompt_id), None)
    if asked is not None and not asked["is_written"]:
        _write(prompt_id, likes=asked["likes"])


@st.fragment
def like_button(prompt_id: int, likes: int, *, is_liked: bool) -> None:
    """A button that shows what was asked for at once, and writes it after.

    Each state has a key of its own, so that a second click on what is no longer there does nothing.
    """
    asked = st.session_state.get(_key(prompt_id))
    now = asked["likes"] if asked else is_liked
    count = formats.number(likes + now - is_liked)
    st.button(
        _("Liked · {count}", count=count) if now else _("Like · {count}", count=count),
        key=f"like-{prompt_id}-{now}",
        icon=":material/favorite:" if now else ":material/favorite_border:",
        type="primary" if now else "secondary",
        help=_("Take your like back") if now else None,
        on_click=_ask,
        args=(prompt_id,),
        kwargs={"likes": not now},
    )
    if asked and not asked["is_written"]:
        asked["is_written"] = True
        if not _write(prompt_id, likes=asked["likes"]):
            del st.session_state[_key(prompt_id)]
            st.rerun()


def _ask(prompt_id: int, *, likes: bool) -> None:
    st.session_state[_key(prompt_id)] = {"likes": likes, "is_written": False}


def _write(prompt_id: int, *, likes: bool) -> bool:
    """Whether something changed; a fault is told."""
    done = written(lambda session: record_like(session, prompt_id, likes=likes, visit=visit()))
    if done is None:
        st.toast(_("Your like could not be saved. Try again in a moment."), icon=":material/error:")
    return bool(done)


def _key(prompt_id: int) -> str:
    return f"{_ASKED}-{prompt_id}"
