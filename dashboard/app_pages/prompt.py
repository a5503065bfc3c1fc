"""One prompt: its text to fill in and copy, its sources, use and earlier versions, and prompts that are like it."""

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, uses, viewer
from dashboard.components import badges, figure, id_of, plain, prompt_grid
from dashboard.definitions import definition
from dashboard.figures import change
from dashboard.filling import fill_in
from dashboard.imports.differences import side_by_side
from dashboard.imports.wording import show_notice
from dashboard.pictures.show import show_picture
from dashboard.shown import ShownPage, copied, opened
from dashboard.translation import N_, _
from schema.models import Surface
from schema.repository.prompt_days import PromptDay, last_prompt_day, prompt_days
from schema.repository.reading import (
    PromptDetail,
    Version,
    fetch_prompt,
    fetch_sources,
    fetch_versions,
    find_archived,
)
from schema.repository.similar import similar_prompts
from schema.repository.warehouse import WarehouseNotBuiltError

_ID = "id"
_MERGED_FROM = "prompt_merged_from"
_SURFACE = "prompt_surface"
_PERIOD, _DAYS = 30, 90
_SIMILAR = 6
_VERSIONS = 100
_COUNTS = {"views": N_("Views"), "copies": N_("Copies"), "likes": N_("Likes")}


def page() -> None:
    """The prompt that the address names, or what became of it."""
    prompt_id = id_of(st.query_params.get(_ID, ""))
    if prompt_id is None:
        _show_nothing(_("This address names no prompt."))
        return
    uses.settle_like(prompt_id)
    shown = ShownPage()
    with viewer.open_session() as session:
        prompt = fetch_prompt(session, prompt_id)
        if prompt is None:
            _tell_what_became(session, prompt_id)
            return
        _show(session, prompt, shown)
    if uses.saw(prompt_id, is_locked=prompt.card.prompt_text is None):
        st.session_state[_SURFACE] = opened(prompt_id)
    shown.tell()


def _tell_what_became(session: Session, prompt_id: int) -> None:
    archived = find_archived(session, prompt_id)
    if archived is None:
        _show_nothing(_("There is no prompt at this address. It may be mistyped, or the prompt was removed."))
    elif archived.head_id is None or fetch_prompt(session, archived.head_id) is None:
        _show_nothing(_("This prompt was taken out of the library."))
    else:
        st.session_state[_MERGED_FROM] = archived.head_id
        st.query_params[_ID] = str(archived.head_id)
        st.rerun()


def _show_nothing(said: str) -> None:
    st.title(_("Prompt"), anchor=False)
    st.info(said, icon=":material/search_off:")
    st.page_link("app_pages/discover.py", label=_("Find another prompt"), icon=":material/search:")


def _show(session: Session, prompt: PromptDetail, shown: ShownPage) -> None:
    card = prompt.card
    is_locked = card.prompt_text is None
    st.set_page_config(page_title=f"{card.title} · Promptory")
    show_notice()
    if st.session_state.pop(_MERGED_FROM, None) == card.id:
        st.info(_("The prompt that you asked for was merged into this one."), icon=":material/merge:")
    st.title(plain(card.title, 300), anchor=False)
    st.markdown(badges(card))
    text, facts = st.columns([2, 1], gap="large")
    with facts:
        _show_likes(prompt)
        _show_facts(session, prompt)
    with text:
        show_picture(card.image_key, card.title)
        if card.description:
            st.markdown(plain(card.description, 2000))
        if is_locked:
            _show_lock()
        else:
            _show_text(prompt)
    _show_numbers(session, card.id)
    if prompt.versions and not is_locked:
        _show_versions(session, prompt)
    _show_similar(session, card.id, shown)


def _show_likes(prompt: PromptDetail) -> None:
    if viewer.viewer_id() is None:
        st.markdown(_(":material/favorite: {count} likes", count=formats.number(prompt.card.likes)))
        st.caption(_("Sign in to like prompts and to keep them in your library."))
    else:
        uses.like_button(prompt.card.id, prompt.card.likes, is_liked=prompt.is_liked)


def _show_facts(session: Session, prompt: PromptDetail) -> None:
    card = prompt.card
    if card.creator_name:
        st.markdown(f":material/person: {plain(card.creator_name, 80)}")
    if card.tags:
        st.markdown(" ".join(f":gray-badge[\\#{plain(tag, 40)}]" for tag in card.tags))
    st.caption(_("In the library since {day}", day=formats.day(card.created_at)))
    if prompt.is_own:
        st.page_link(
            "app_pages/my_library.py",
            label=_("Edit this prompt"),
            icon=":material/edit:",
            query_params={"shelf": "own", "edit": str(card.id)},
        )
    sources = fetch_sources(session, card.id)
    if not sources:
        return
    st.markdown(_("**Sources**"))
    for source in sources:
        if source.source_url and source.source_url.startswith(("https://", "http://")):
            st.page_link(source.source_url, label=plain(source.collection, 120), icon=":material/open_in_new:")
        else:
            st.markdown(plain(source.collection, 120))
        licence = ", ".join(source.licences) or _("not stated")
        st.caption(_("Licence: {licence}", licence=plain(licence, 120)))


def _show_lock() -> None:
    with st.container(border=True):
        st.markdown(_(":material/lock: **Pro prompt:** the text is for Pro subscribers."))
        if viewer.viewer_id() is None:
            st.caption(_("If you are one, sign in."))
        else:
            st.caption(_("Everybody sees its title, description and tags. With Pro you read, fill in and copy it."))


def _show_text(prompt: PromptDetail) -> None:
    card = prompt.card

    def on_copied(word: str) -> None:
        uses.copied(card.id, word)
        copied(card.id, st.session_state.get(_SURFACE))

    # Copying runs the fragment again, and nothing else of the page.
    st.fragment(fill_in)(card.prompt_text or "", prompt.variables, key=f"filling-{card.id}", on_copied=on_copied)
    if prompt.negative_prompt:
        st.markdown(_("**What the picture shall not show**"))
        st.code(prompt.negative_prompt, language=None, wrap_lines=True)


def _show_numbers(session: Session, prompt_id: int) -> None:
    st.subheader(_("Use"), anchor=False)
    try:
        last_day = last_prompt_day(session)
        days = prompt_days(session, prompt_id, last_day, _DAYS) if last_day else []
    except WarehouseNotBuiltError:
        session.rollback()
        days = []
    if not any(day.views or day.copies or day.likes for day in days):
        st.caption(_("Nobody used this prompt in the last {count} days that were counted.", count=_DAYS))
        return
    st.caption(_("{count} days up to {day} (UTC)", count=_PERIOD, day=formats.day(days[-1].activity_date)))
    now, before = days[-_PERIOD:], days[-2 * _PERIOD : -_PERIOD]
    with st.grid(3, min_column_width=240):
        for name, label in _COUNTS.items():
            total, total_before = (sum(getattr(day, name) for day in part) for part in (now, before))
            figure(
                _(label),
                formats.number(total),
                change(total, total_before),
                definition=definition("prompt_daily", name),
                against=_("than in the {count} days before", count=_PERIOD),
            )
    st.altair_chart(
        charts.lines(
            _as_frame(days),
            day="activity_date",
            value="count",
            series="what",
            value_title=_("Times a day"),
            series_title=_("What"),
        )
    )


def _as_frame(days: list[PromptDay]) -> pd.DataFrame:
    rows = [(day.activity_date, _(label), getattr(day, name)) for name, label in _COUNTS.items() for day in days]
    frame = pd.DataFrame(rows, columns=["activity_date", "what", "count"])
    return frame.assign(activity_date=pd.to_datetime(frame["activity_date"]))


def _show_versions(session: Session, prompt: PromptDetail) -> None:
    label = _("Earlier versions ({count})", count=formats.number(prompt.versions))
    part = st.expander(label, icon=":material/history:", key=f"versions-{prompt.card.id}", on_change="rerun")
    with part:
        # Comparing takes time: it is done for who looks.
        if part.open:
            _compare_versions(fetch_versions(session, prompt.card.id, take=_VERSIONS), prompt)


def _compare_versions(versions: list[Version], prompt: PromptDetail) -> None:
    chosen = st.selectbox(
        _("Version"),
        range(len(versions)),
        format_func=lambda place: _(
            "{number}, until {moment}",
            number=versions[place].version,
            moment=formats.moment(versions[place].replaced_at),
        ),
        key=f"version-{prompt.card.id}",
    )
    old, card = versions[chosen], prompt.card
    new = versions[chosen - 1] if chosen else card
    left, right = st.columns(2)
    pairs = (
        (old.title, new.title),
        (old.description or "", new.description or ""),
        (old.prompt_text, new.prompt_text or ""),
    )
    left.markdown(_("**Before**"))
    right.markdown(_("**After**"))
    for one, other in pairs:
        if one != other:
            for column, html in zip((left, right), side_by_side(one, other, whole=False), strict=True):
                column.html(html)


def _show_similar(session: Session, prompt_id: int, shown: ShownPage) -> None:
    try:
        found = similar_prompts(session, prompt_id, take=_SIMILAR)
    except WarehouseNotBuiltError:
        session.rollback()
        found = []
    if found:
        st.subheader(_("Similar prompts"), anchor=False)
        prompt_grid(found, shown.list(Surface.SIMILAR, ((card.id, None) for card in found)))


page()
