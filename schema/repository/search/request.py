"""What a query asks for: words, phrases, words that must not be there, tags."""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 1_000
MAX_WORDS = 64
MAX_PHRASES = 8

_PART = re.compile(
    r'(?P<minus>(?<!\S)-)?(?:(?<!\S)tag:(?:"(?P<quoted_tag>[^"]+)"|(?P<tag>\S+))|"(?P<phrase>[^"]*)"|(?P<word>\S+))'
)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query taken apart. `words` hold those of the phrases, too; `is_open` says that the last word may go on."""

    words: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def beginning(self) -> str:
        """The last word in small letters, where it may go on; else nothing."""
        last = self.words[-1].lower() if self.words else ""
        return last if self.is_open and len(last) > 1 and last.isalnum() else ""


def parse_query(query: str) -> SearchRequest:
    """Take a query apart: `word "a phrase" -without tag:name`. What is longer than anybody types is cut."""
    text = unicodedata.normalize("NFKC", query)[:MAX_CHARACTERS].replace("\x00", " ")
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    tags: list[str] = []
    for part in _PART.finditer(text):
        tag, said = part["tag"] or part["quoted_tag"], part["phrase"] or part["word"] or ""
        if tag:
            (excluded if part["minus"] else tags).append(tag.casefold())
        elif part["minus"]:
            excluded.append(said)
        else:
            words.extend(said.split())
            if part["phrase"] and part["phrase"].strip():
                phrases.append(part["phrase"].strip())
    return SearchRequest(
        words=tuple(dict.fromkeys(words))[:MAX_WORDS],
        phrases=tuple(phrases[:MAX_PHRASES]),
        excluded=tuple(excluded[:MAX_WORDS]),
        tags=tuple(tags[:MAX_PHRASES]),
        is_open=bool(text) and text[-1].isalnum(),
    )
