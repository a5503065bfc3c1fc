"""Where two texts differ, word by word, as HTML in which every piece of text is escaped."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from html import escape

from dashboard.charts import ACCENT, CONTRAST

# Chinese and Japanese write without spaces: each letter is a word.
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORDS = re.compile(rf"[{_IDEOGRAPH}]|[^\W{_IDEOGRAPH}]+|\s+|.", re.DOTALL)
# Comparing takes time by the product of the lengths.
_MAX_WORDS = 2000
_SHADE = "40"
_CONTEXT = 160
_GAP = " ⋯ "

Piece = tuple[str, bool]
"""A piece of a text, and whether it is only there."""


def differences(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """The two texts in pieces. Where the parts that differ are very long, they differ as a whole."""
    left, right = _WORDS.findall(one), _WORDS.findall(other)
    start = _common(zip(left, right, strict=False))
    end = _common(zip(reversed(left[start:]), reversed(right[start:]), strict=False))
    before, after = "".join(left[:start]), "".join(left[len(left) - end :])
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    compared = [(True, before, before), *_compared(left, right), (True, after, after)]
    return (
        [(text, not is_same) for is_same, text, _ in compared if text],
        [(text, not is_same) for is_same, _, text in compared if text],
    )


def side_by_side(one: str, other: str, *, whole: bool = True) -> tuple[str, str]:
    """The two texts as HTML, each with what the other lacks marked; not `whole`: only what is around that."""
    left, right = differences(one, other)
    if not whole:
        left, right = _shortened(left), _shortened(right)
    return _as_html(left, CONTRAST), _as_html(right, ACCENT)


def _as_html(pieces: Iterable[Piece], colour: str) -> str:
    """The pieces as one block; what is only there is shaded and underlined, so that colour alone tells nothing."""
    mark = f"background-color:{colour}{_SHADE};color:inherit;text-decoration:underline {colour} 2px"
    inner = "".join(f'<mark style="{mark}">{escape(text)}</mark>' if only else escape(text) for text, only in pieces)
    style = "white-space:pre-wrap;overflow-wrap:anywhere;font-size:0.875rem;line-height:1.5"
    return f'<div dir="auto" style="{style}">{inner}</div>'


def _shortened(pieces: list[Piece]) -> list[Piece]:
    """The pieces without the middle of long parts that both texts share."""
    return [
        (text if only else _around(text, number > 0, number < len(pieces) - 1), only)
        for number, (text, only) in enumerate(pieces)
    ]


def _around(text: str, follows: bool, leads: bool) -> str:
    """The ends of a text that stand beside a difference: where one goes before it, and where one comes after it."""
    head, tail = _CONTEXT * follows, _CONTEXT * leads
    if len(text) <= head + tail + len(_GAP):
        return text
    return f"{text[:head]}{_GAP}{text[len(text) - tail :]}"


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    number = 0
    for one, other in pairs:
        if one != other:
            break
        number += 1
    return number


def _compared(left: list[str], right: list[str]) -> Iterable[tuple[bool, str, str]]:
    if max(len(left), len(right)) > _MAX_WORDS:
        yield False, "".join(left), "".join(right)
        return
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield tag == "equal", "".join(left[i:j]), "".join(right[k:m])
