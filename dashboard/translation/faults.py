"""Expected faults in the reader's language.

`schema`, `ingest` and `orchestration/spark` say what is wrong in English sentences, some of which are kept in the
database. A sentence is told by the template that it was made from: `has no title` is `has no {0}` with `title`.
"""

import re
from functools import cache, lru_cache

from dashboard.translation import DEFAULT, catalogue, language

_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_WORDS = re.compile(r"[^\W\d_]{2,}")


def translated(sentence: str) -> str:
    """An English sentence in the reader's language; as it is where no template makes it."""
    code = language()
    if code == DEFAULT:
        return sentence
    return _translated(sentence.strip(), code)


def is_template(message: str) -> bool:
    """Whether a message has numbered placeholders, and words around them to know it by."""
    return bool(_PLACEHOLDER.search(message) and _WORDS.search(_PLACEHOLDER.sub("", message)))


@lru_cache(maxsize=4096)
def _translated(sentence: str, code: str) -> str:
    whole = catalogue(code).get(sentence)
    if whole and whole.string:
        return str(whole.string)
    for pattern, text in _templates(code):
        found = pattern.fullmatch(sentence)
        if found:
            # What stands in a placeholder may be a sentence itself.
            return text.format(*(_translated(part, code) for part in found.groups()))
    return sentence


@cache
def _templates(code: str) -> list[tuple[re.Pattern[str], str]]:
    """Patterns of the templates and their translations, those that say the most before the others."""
    found = [(str(one.id), str(one.string)) for one in catalogue(code) if one.string and is_template(str(one.id))]
    found.sort(key=lambda pair: -len(_PLACEHOLDER.sub("", pair[0])))
    return [(_pattern(english), text) for english, text in found]


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(template)
    # Every second part is a placeholder's number.
    literals = (re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts[::2])
    return re.compile("(.*?)".join(literals), re.DOTALL)
