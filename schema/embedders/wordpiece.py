"""A text as the numbers of its pieces, as BERT's uncased models read it.

Devlin, Chang, Lee, Toutanova, BERT (NAACL 2019); Wu et al., Google's Neural Machine Translation System (2016), 4.1.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_LONGEST_WORD = 100
# Chinese letters are words of their own; Kana and Hangul are not.
_HAN = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F)),
    *((0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)


class WordPiece:
    """The vocabulary of a model; pieces that go on within a word begin with ##."""

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").splitlines()
        self._number = {piece: number for number, piece in enumerate(pieces)}
        self._first, self._last, self._unknown = (self._number[piece] for piece in ("[CLS]", "[SEP]", "[UNK]"))
        self._pieces = lru_cache(50_000)(self._split)

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between those that begin and end it, cut to `most` in all."""
        found: list[int] = []
        for word in _words(text):
            found.extend(self._pieces(word))
            if len(found) >= most - 2:
                break
        return [self._first, *found[: most - 2], self._last]

    def _split(self, word: str) -> tuple[int, ...]:
        """The longest piece that begins the word, then the longest that goes on, and so on."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            before = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if before + word[start:end] in self._number), None)
            if end is None:
                return (self._unknown,)
            found.append(self._number[before + word[start:end]])
            start = end
        return tuple(found)


def _words(text: str) -> Iterator[str]:
    """Words in small letters without accents; each sign and each Chinese letter alone."""
    word = ""
    for letter in unicodedata.normalize("NFD", "".join(map(_readable, text)).lower()):
        category = unicodedata.category(letter)
        if category == "Mn":
            continue
        if letter.isspace():
            alone = ""
        elif _is_sign(letter, category) or _is_han(letter):
            alone = letter
        else:
            word += letter
            continue
        if word:
            yield word
        if alone:
            yield alone
        word = ""
    if word:
        yield word


def _readable(letter: str) -> str:
    if letter in "\t\n\r":
        return " "
    return "" if letter in "\x00\ufffd" or unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Co") else letter


def _is_sign(letter: str, category: str) -> bool:
    return category.startswith("P") or (letter.isascii() and category.startswith("S"))


def _is_han(letter: str) -> bool:
    return letter >= "\u3400" and any(first <= ord(letter) <= last for first, last in _HAN)
