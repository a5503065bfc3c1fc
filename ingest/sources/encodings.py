"""Which encoding a text has: told by a byte-order mark, by being UTF-8, or by what the bytes read like."""

import codecs
import unicodedata

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
_NOT_IN_TEXTS = frozenset({"Cc", "Cn", "Co", "Cs"})
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
    """UTF-16 without a mark: read the right way round it is text with breaks between words, and nothing else."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = codecs.getincrementaldecoder(encoding)("ignore").decode(sample[: len(sample) // 2 * 2])
        is_plain = all(unicodedata.category(letter) not in _NOT_IN_TEXTS or letter in "\t\r\n" for letter in text)
        if is_plain and any(letter in text for letter in " \n,"):
            return encoding
    return None
