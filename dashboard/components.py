"""Pieces that pages share. Whatever comes from data passes `plain` before it meets Markdown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from babel import Locale
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats
from dashboard.pictures.show import beside_picture
from dashboard.translation import N_, _, language
from schema.repository.cards import PromptCard
from schema.repository.search import Snippet

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^&=@/'\"])")
# Streamlit turns these into emoji, icons, links and arrows after parsing, where a backslash no longer helps.
_AFTER_PARSING = re.compile(r"(:(?=\S)|(?<=\w)@|www(?=\.)|[<>~](?=[-=])|-(?=[->]))", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_Choice = TypeVar("_Choice", int, str)

LANGUAGES = ["en", "ko", "ja", "zh", "es", "fr", "de", "pt", "ru"]
AGENT_TYPES = {"LLM": N_("Text"), "IMAGE": N_("Image")}
TIERS = {"FREE": N_("Free"), "PRO": N_("Pro")}

PROMPT_PAGE = "app_pages/prompt.py"
_PROMPT_LINK = "prompt"
MAX_TAGS_SHOWN = 6
_EXCERPT_CHARACTERS = 180
_LONG_TEXT_CHARACTERS = 1500
_LONG_TEXT_HEIGHT = 420


@dataclass(frozen=True, slots=True)
class Opening:
    """Told when a reader opens a prompt of a list, by its id; `name` is the list's on its page."""

    name: str
    tell: Callable[[int], None]


def plain(text: object, limit: int = 200) -> str:
    """`text` on one line of at most `limit` characters, escaped so that Markdown shows it as it is."""
    return _escaped(shorten(str(text), limit))


def marked(snippet: Snippet) -> str:
    """A passage as Markdown shows it, with a background where the words of a search stand."""
    parts, end = [], 0
    for first, last in snippet.marks:
        parts += [_escaped(snippet.text[end:first]), f":orange-background[{_escaped(snippet.text[first:last])}]"]
        end = last
    return "".join([*parts, _escaped(snippet.text[end:])])


def _escaped(line: str) -> str:
    return _SPECIAL.sub(r"\\\1", _AFTER_PARSING.sub(rf"\1{_WORD_JOINER}", line))


def shorten(text: str, limit: int) -> str:
    """`text` on one line, cut with an ellipsis where it is longer than `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def typed(text: str | None) -> str:
    """What a person typed, without outer white space and without NUL, which no database text can hold."""
    return (text or "").replace("\0", "").strip()


def language_name(code: str) -> str:
    """What the reader's language calls a language code; the code itself where it has no name."""
    return str(Locale.parse(language()).languages.get(code, code))


def agent_type_name(code: str) -> str:
    """What a prompt is for, in words; the code itself where it is not a known one."""
    return _(AGENT_TYPES.get(code, code))


def tier_name(code: str) -> str:
    """A tier in words; the code itself where it is not a known one."""
    return _(TIERS.get(code, code))


def from_address(key: str, options: Iterable[_Choice]) -> None:
    """Let a widget begin with the option that the address names; for one whose `keep_in_address` follows."""
    if key in st.session_state:
        return
    named = st.query_params.get(key)
    for option in options:
        if str(option) == named:
            st.session_state[key] = option


def keep_in_address(key: str, chosen: object) -> None:
    """Let the address name what was chosen, as the option itself: its label depends on the language."""
    if chosen is not None:
        st.query_params[key] = str(chosen)
    elif key in st.query_params:
        del st.query_params[key]


def choose(label: str, names: dict[_Choice, str], default: _Choice, *, key: str) -> _Choice:
    """Let the viewer choose one of few; `names` are the options and how to call them. The address keeps the choice."""
    from_address(key, names)
    # Another page may have had other options under this name.
    if st.session_state.get(key) not in names:
        st.session_state[key] = default
    chosen = st.segmented_control(
        label, list(names), format_func=lambda option: _(names[option]), required=True, key=key
    )
    keep_in_address(key, None if chosen == default else chosen)
    return default if chosen is None else chosen


def prompt_grid(
    cards: Iterable[PromptCard], opening: Opening | None, passages: Mapping[int, Snippet] | None = None
) -> None:
    """Cards side by side as the width allows; `passages` are shown instead of the beginnings of texts, by prompt."""
    with st.grid(3, min_column_width=300):
        for card in cards:
            prompt_card(card, opening=opening, passage=(passages or {}).get(card.id))


def prompt_card(
    card: PromptCard,
    reason: str | None = None,
    *,
    opening: Opening | None = None,
    passage: Snippet | None = None,
    foot: Callable[[], None] | None = None,
) -> None:
    """One prompt: what everybody may see, and its text, or a lock where the viewer may not read it.

    `foot` draws what else the card ends with.
    """
    with st.container(border=True, height="stretch", gap="small"):
        with beside_picture(card.image_key):
            prompt_link(card.id, card.title)
            if reason:
                st.caption(f":material/recommend: {plain(reason, 140)}")
            st.markdown(badges(card))
        if card.description:
            st.markdown(plain(card.description, 220))
        _text(card, opening, passage)
        st.caption(_byline(card))
        if foot is not None:
            foot()


def id_of(address: str) -> int | None:
    """The id that a parameter of an address names, whether there is one or not; None where it is no number."""
    # Of eighteen digits every number is a bigint.
    return int(address) if address.isascii() and address.isdigit() and len(address) <= 18 else None


def prompt_link(prompt_id: int, title: str, *, icon: str = "") -> None:
    """A link to a prompt's page by its title."""
    st.page_link(PROMPT_PAGE, label=f"**{plain(title, 120)}**", icon=icon, query_params={"id": str(prompt_id)})


def prompt_link_column() -> dict[str, Any]:
    """A column of a `table` that leads to the prompts of its rows, which have a prompt_id."""
    label = _("Open the prompt")
    column = st.column_config.LinkColumn(
        "", display_text=":material/open_in_new:", help=label, width=40, alignment="center"
    )
    return {_PROMPT_LINK: column}


def figure(
    label: str,
    value: str,
    change: str | int | None,
    *,
    definition: str | None,
    against: str,
    less_is_better: bool = False,
    trend: Sequence[float] | None = None,
) -> None:
    """A headline figure with its change; `change` None says that there is nothing to compare with.

    `trend` are the values that led there, the oldest first, as a line below it.
    """
    st.metric(
        label,
        plain(value),
        change,
        delta_color="inverse" if less_is_better else "normal",
        border=True,
        help=definition,
        delta_description=against if change is not None else None,
        chart_data=trend,
        chart_type="line",
    )


def table(frame: pd.DataFrame, columns: dict[str, Any], *, key: str) -> None:
    """A table over the whole width; `columns` are Streamlit's column settings, in the order to show.

    `prompt_link_column` may be among them: the links are made here.
    """
    # A typed statement may call a column so, which then holds what was asked for.
    if _PROMPT_LINK in columns and _PROMPT_LINK not in frame:
        frame = frame.assign(**{_PROMPT_LINK: [f"prompt?id={one}" for one in frame.prompt_id]})
    st.dataframe(frame, column_config=columns, column_order=list(columns), hide_index=True, key=key)


def badges(card: PromptCard) -> str:
    """What a prompt is for, who may read it, and its language, as Markdown."""
    kind = ":material/image:" if card.agent_type == "IMAGE" else ":material/chat:"
    parts = [f":blue-badge[{kind} {plain(agent_type_name(card.agent_type))}]"]
    parts.append(f":violet-badge[:material/star: {_('Pro')}]" if card.access == "PRO" else f":green-badge[{_('Free')}]")
    if card.language:
        parts.append(f":gray-badge[{plain(language_name(card.language), 20)}]")
    return " ".join(parts)


def _text(card: PromptCard, opening: Opening | None, passage: Snippet | None) -> None:
    text = card.prompt_text
    if text is None:
        st.markdown(_(":material/lock: **Pro prompt:** the text is for Pro subscribers."))
        return
    st.caption(marked(passage) if passage and passage.marks else plain(text, _EXCERPT_CHARACTERS))
    with _expander(card, opening):
        is_long = len(text) > _LONG_TEXT_CHARACTERS
        st.code(text, language=None, wrap_lines=True, height=_LONG_TEXT_HEIGHT if is_long else "content")


def _expander(card: PromptCard, opening: Opening | None) -> DeltaGenerator:
    if opening is None:
        return st.expander(_("Full text"))
    key = f"open-{opening.name}-{card.id}"

    def changed() -> None:
        if st.session_state[key]:
            opening.tell(card.id)

    return st.expander(_("Full text"), key=key, on_change=changed)


def _byline(card: PromptCard) -> str:
    likes = f":material/favorite: {formats.number(card.likes)}"
    creator = f":material/person: {plain(card.creator_name, 40)}" if card.creator_name else ""
    tags = " ".join(f"\\#{plain(tag, 30)}" for tag in card.tags[:MAX_TAGS_SHOWN])
    return " &nbsp; ".join(filter(None, (likes, creator, tags)))


def shown_length(key: str, page: int) -> int:
    """How much of a list is shown: a page at first, and what the person asked for since."""
    return int(st.session_state.get(key, page))


def show_more_button(key: str, length: int) -> None:
    """A button that lengthens the list to `length`."""
    st.button(_("Show more"), icon=":material/expand_more:", on_click=_lengthen, args=(key, length))


def _lengthen(key: str, length: int) -> None:
    st.session_state[key] = length
