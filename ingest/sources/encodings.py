"""Which encoding a text has: told by a byte-order mark, by being UTF-8, or by what the bytes read like."""

import codecs
from itertools import pairwise

from charset_normalizer import from_bytes

# Those that collections in our languages are saved in; a guess among all of the world's would be a worse one.
_CANDIDATES = ["cp949", "cp932", "gb18030", "big5", "cp1251", "cp1252"]
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp949": "CP949 (Korean Windows)",
    "cp932": "Shift-JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp1251": "Windows-1251",
    "cp1252": "Latin-1",
}


def encoding_of(sample: bytes) -> str | None:
    """The encoding of a text that begins with, or contains, `sample`; None where it is no text that we know.

    `sample` may end in the middle of a character.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        return _wide(sample)
    if _is_utf8(sample):
        return "utf-8"
    for cut in range(2):  # a double-byte character may be cut at the end
        guess = from_bytes(sample[: len(sample) - cut], cp_isolation=_CANDIDATES).best()
        if guess is not None and guess.encoding in _CANDIDATES:
            return guess.encoding
    return None


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: line feeds and spaces are where the zeros are, always on the same side."""
    even = sample[: len(sample) // 2 * 2]
    little, big = even[0::2], even[1::2]
    for encoding, letters, zeros in (("utf-16-le", little, big), ("utf-16-be", big, little)):
        if b"\0" not in letters and zeros.count(0) > len(zeros) // 20 and _has_breaks(letters, zeros):
            return encoding
    return None


def _has_breaks(letters: bytes, zeros: bytes) -> bool:
    """Whether ASCII's white space occurs as two bytes, or the whole is ASCII letters in a row."""
    ascii_pairs = sum(zero == 0 and 9 <= letter < 127 for letter, zero in zip(letters, zeros, strict=True))
    return ascii_pairs == zeros.count(0) and any(b != a for a, b in pairwise(letters))
