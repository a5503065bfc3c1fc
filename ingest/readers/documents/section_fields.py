"""What a section of a Markdown collection says of its prompt: title, description, author, source, images."""

import re
from typing import Any

from ingest.columns import meaning_of
from ingest.readers.documents.outline import Section
from ingest.readers.documents.sections import DESCRIPTION, is_named

MARKUP = re.compile(r"\*\*|__|`|</?\w{1,10}>")
_NUMBER = re.compile(r"(?:(?:no\.?|#|prompt)[ \t]*)?(\d{1,6})[ \t]*[.:)][ \t]*", re.IGNORECASE)
_FIELD = re.compile(r"^[ \t]*[-*+][ \t]+\*\*([^*:：\n]{1,40})[:：]?\*\*[:：]?[ \t]*(\S[^\n]*)$", re.MULTILINE)
_CONTRIBUTOR = re.compile(r"^Contributed by:?[ \t]*(\S[^\n]*)$", re.MULTILINE | re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\(([^()\s]{1,1000})\)")
_IMAGE = re.compile(r"<img[^<>]{0,500}?src=\"([^\"\n]{1,1000})\"|!\[([^\]\n]{0,300})\]\(([^()\s]{1,1000})\)")
_BADGE = re.compile(r"shields\.io|badge", re.IGNORECASE)
_ID = re.compile(r"[?&]id=([\w-]{1,40})")


def prompt_of(section: Section, body: str) -> dict[str, Any]:
    """The record of a section whose prompt is `body`.

    `is numbered` says that its heading has a number, `own id` is what a link of the section names it by.
    """
    number = _NUMBER.match(section.title)
    text = "\n\n".join(block.text for block in section.blocks if block.kind in ("text", "html"))
    ids = _ID.findall(text)
    return {
        **_listed(text),
        **_pictures(text),
        "title": MARKUP.sub("", section.title[number.end() :] if number else section.title).strip(" #"),
        "prompt": body,
        "description": _description(section),
        "section": section.parent,
        "is numbered": number is not None,
        "own id": ids[-1] if ids else None,
    }


def _description(section: Section) -> str:
    """The text below a heading of description, or else above the prompt, without images and lists of fields."""
    described = next((one.own for one in section.below() if is_named(one.title, DESCRIPTION)), section.own)
    text = "\n\n".join(block.text for block in described if block.kind == "text")
    return _CONTRIBUTOR.sub("", _FIELD.sub("", _IMAGE.sub("", text))).strip()


def _listed(text: str) -> dict[str, Any]:
    """The fields that a section lists (`- **Author:** [name](address)`)."""
    fields: dict[str, Any] = {}
    pairs = _FIELD.findall(text) + [("author", value) for value in _CONTRIBUTOR.findall(text)]
    for name, value in pairs:
        link = _LINK.fullmatch(value.strip())
        if link and meaning_of(name) == "author":
            fields |= {name.strip(): link[1].strip(" @"), "author's page": link[2]}
        else:
            fields[name.strip()] = link[2] if link else value.strip()
    return fields


def _pictures(text: str) -> dict[str, Any]:
    """The images that a section shows, and what its badges say."""
    images, badges = [], []
    for source, words, address in _IMAGE.findall(text):
        if words and _BADGE.search(address):
            badges.append(words)
        elif source or address:
            images.append(source or address)
    return {**({"images": images} if images else {}), **({"badges": badges} if badges else {})}
