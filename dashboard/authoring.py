"""Write, change, tag and delete a prompt of one's own, and take a deletion back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import formats, viewer
from dashboard.components import AGENT_TYPES, TIERS, agent_type_name, id_of, plain, prompt_link
from dashboard.imports.wording import telling, told
from dashboard.pictures.ask import PictureChoice, ask_picture, forget_picture
from dashboard.suggestions import recent_tags
from dashboard.translation import N_, _
from ingest import compose_prompt
from schema.errors import PromptoryError
from schema.models import AgentType, Tier
from schema.repository.own_prompts import (
    RESTORABLE,
    delete_prompt,
    deleted_prompts,
    restore_prompt,
    tag_prompt,
    update_prompt,
)
from schema.repository.prompts import DuplicatePromptError, create_prompt, find_prompt_with_text
from schema.repository.reading import PromptDetail, fetch_prompt

_EDIT = "edit"
_READERS = {Tier.FREE: N_("Everybody"), Tier.PRO: N_("Pro readers")}
_MAX_TITLE, _MAX_DESCRIPTION, _MAX_TAGS = 300, 2000, 50


@dataclass(frozen=True, slots=True)
class _Draft:
    """What stands in the form."""

    title: str
    prompt_text: str
    description: str
    tags: list[str]
    agent_type: AgentType
    access: Tier
    picture: PictureChoice


def ask_prompt(asked: str | None) -> None:
    """The form for a new prompt, or for the one of the viewer's own whose id is asked for."""
    prompt = None if asked is None else _own_prompt(asked)
    if asked is not None and prompt is None:
        st.info(_("This prompt is not there any more, or it is somebody else's."), icon=":material/search_off:")
        st.button(_("Back"), icon=":material/arrow_back:", on_click=_leave)
        return
    st.subheader(_("Edit the prompt") if prompt else _("Write a prompt"), anchor=False)
    draft, form = _form(prompt), _form_key(prompt)
    if draft is not None:
        _save(draft, prompt)
    with st.container(horizontal=True):
        st.button(_("Back"), icon=":material/arrow_back:", on_click=_leave, args=(form,))
        if prompt:
            st.button(
                _("Delete"),
                icon=":material/delete:",
                on_click=_delete,
                args=(prompt.card.id, prompt.card.title),
                help=_("You can take it back for {count} days.", count=RESTORABLE.days),
            )


def _own_prompt(asked: str) -> PromptDetail | None:
    prompt_id = id_of(asked)
    if prompt_id is None:
        return None
    with viewer.open_session() as session:
        prompt = fetch_prompt(session, prompt_id)
    return prompt if prompt and prompt.is_own else None


def _form(prompt: PromptDetail | None) -> _Draft | None:
    """The fields; what stands in them once it is to be saved."""
    card = prompt.card if prompt else None
    key = _form_key(prompt)
    picture = ask_picture(card.image_key if card else None, key)
    with st.form(f"prompt-{key}"):
        title = st.text_input(_("Title"), card.title if card else "", max_chars=_MAX_TITLE, key=f"title-{key}")
        body = st.text_area(
            _("Text of the prompt"),
            (card.prompt_text or "") if card else "",
            height=320,
            key=f"text-{key}",
            help=_("What changes from use to use stands in double braces: {example}.", example="`{{topic}}`"),
        )
        description = st.text_area(
            _("Description"),
            (card.description or "") if card else "",
            max_chars=_MAX_DESCRIPTION,
            height=100,
            key=f"description-{key}",
        )
        own_tags = list(card.tags) if card else []
        tags = st.multiselect(
            _("Tags"),
            list(dict.fromkeys([*own_tags, *recent_tags()])),
            own_tags,
            accept_new_options=True,
            max_selections=_MAX_TAGS,
            placeholder=_("Choose tags, or write new ones"),
            key=f"tags-{key}",
        )
        with st.grid(2, min_column_width=200):
            agent_type = st.selectbox(
                _("Type"),
                list(AGENT_TYPES),
                index=list(AGENT_TYPES).index(card.agent_type) if card else 0,
                format_func=agent_type_name,
                key=f"type-{key}",
            )
            access = st.selectbox(
                _("Who may read the text"),
                list(TIERS),
                index=list(TIERS).index(card.access) if card else 0,
                format_func=lambda one: _(_READERS[Tier(one)]),
                key=f"access-{key}",
            )
        is_sent = st.form_submit_button(_("Save"), type="primary", icon=":material/check:")
    if not is_sent:
        return None
    return _Draft(title, body, description, tags, AgentType(agent_type), Tier(access), picture)


def _form_key(prompt: PromptDetail | None) -> str:
    """What is changed elsewhere is another form."""
    return f"{prompt.card.id}-{prompt.updated_at.timestamp()}" if prompt else "new"


def _save(draft: _Draft, prompt: PromptDetail | None) -> None:
    """Keep the draft, and leave the form; a fault is told beside it, and what was written stays."""
    try:
        draft.picture.keep()
        with viewer.open_session() as session:
            prompt_id = _written(session, draft, prompt)
            session.commit()
    except DuplicatePromptError as error:
        st.error(told(error), icon=":material/error:")
        _show_duplicate(draft.prompt_text)
        return
    except PromptoryError as error:
        st.error(told(error), icon=":material/error:")
        return
    forget_picture(_form_key(prompt))
    with telling() as say:
        say(_("“{title}” is saved.", title=plain(draft.title, 120)))
    st.switch_page("app_pages/prompt.py", query_params={"id": str(prompt_id)})


def _show_duplicate(prompt_text: str) -> None:
    """The prompt that has the text, as far as the viewer may know of it."""
    with viewer.open_session() as session:
        other = find_prompt_with_text(session, prompt_text)
        found = fetch_prompt(session, other) if other else None
        deleted = deleted_prompts(session, viewer.viewer_id() or 0)
    if found:
        prompt_link(found.card.id, found.card.title, icon=":material/article:")
    elif other in [one.id for one in deleted]:
        st.caption(_("It is one that you deleted. You can restore it from your library."))


def _written(session: Session, draft: _Draft, prompt: PromptDetail | None) -> int:
    author = viewer.viewer_id()
    assert author is not None
    record = compose_prompt(
        title=draft.title,
        prompt_text=draft.prompt_text,
        description=draft.description,
        tags=draft.tags,
        agent_type=draft.agent_type,
    )
    values: dict[str, Any] = {
        "title": record.title,
        "prompt_text": record.prompt_text,
        "description": record.description,
        "variables": record.variables,
        "agent_type": record.agent_type,
        "access": draft.access,
        "language": record.language,
    }
    if prompt is None:
        prompt_id = create_prompt(session, author, **values)
    else:
        prompt_id = prompt.card.id
        update_prompt(session, prompt_id, seen=prompt.updated_at, **values)
    tag_prompt(session, prompt_id, record.tags)
    draft.picture.write(session, prompt_id, prompt.card.image_key if prompt else None)
    return prompt_id


def _leave(form: str = "") -> None:
    st.query_params.pop(_EDIT, None)
    forget_picture(form)


def _delete(prompt_id: int, title: str) -> None:
    with telling() as say:
        with viewer.open_session() as session:
            delete_prompt(session, prompt_id)
            session.commit()
        _leave()
        say(_("“{title}” is deleted. You can take that back below.", title=plain(title, 120)))


def show_deletion(session: Session, author: int) -> None:
    """What the viewer deleted and can still have back; nothing where there is nothing."""
    deleted = deleted_prompts(session, author)
    if not deleted:
        return
    st.subheader(_("Deleted"), anchor=False)
    for one in deleted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(one.title, 120), width="content")
            st.caption(_until(one.restorable_until), width="content")
            st.button(
                _("Restore"),
                key=f"restore-{one.id}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_restore,
                args=(one.id, one.title),
            )


def _until(moment: datetime) -> str:
    return _("can be restored until {moment}", moment=formats.moment(moment))


def _restore(prompt_id: int, title: str) -> None:
    with telling() as say:
        with viewer.open_session() as session:
            is_restored = restore_prompt(session, prompt_id)
            session.commit()
        if not is_restored:
            raise PromptoryError(N_("This prompt cannot be restored any more."))
        say(_("“{title}” is back.", title=plain(title, 120)))
