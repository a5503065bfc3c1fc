r"""The variables of a prompt, in the syntaxes that collections use.

`${name}` and `${name:default}`, `{{name}}` (also `{{$name}}`, `{{ name | filter }}`),
`{argument name="x" default="y"}`, `{name}`, and `[NAME]` in capitals or in a script without them.
"""

import re
from collections.abc import Iterator
from typing import Any

MAX_VARIABLES = 100
_NAME = r"[^\W\d][\w.-]{0,59}"
_SYNTAXES = (
    ("${}", re.compile(r"\$\{\s*(?P<name>[^\W\d][\w .-]{0,59}?)\s*(?::(?P<default>[^{}\n]{0,500}))?\}")),
    ("{{}}", re.compile(rf"\{{\{{[-~]?\s*\$?(?P<name>{_NAME})\s*(?:\|[^{{}}\n]{{0,200}})?[-~]?\}}\}}")),
    (
        "{argument}",
        re.compile(
            r"\{argument\s+name=[\"'“](?P<name>[^\"'”{}\n]{1,100})[\"'”]"
            r"(?:\s+default=[\"'“](?P<default>[^\"”{}\n]{0,500})[\"'”])?\s*\}"
        ),
    ),
    ("{}", re.compile(rf"(?<![{{$\\])\{{(?P<name>{_NAME})\}}(?!\}})")),
    ("[]", re.compile(r"(?<![\w\]\\])\[(?P<name>(?!!)[^\[\]\n{}()|`\"'<>=;:]{2,60})\](?![(\[:])")),
)
_BLOCK_WORDS = frozenset({"else", "end", "endif", "endfor", "this"})


def variables_of(text: str) -> list[dict[str, Any]]:
    """The variables by syntax and order, each once: `{"name", "syntax"}` and, where it has one, `"default"`."""
    found: dict[str, dict[str, Any]] = {}
    for syntax, match in _matches(text):
        name = match["name"].strip()
        if name in found:
            continue
        found[name] = {"name": name, "syntax": syntax}
        default = match.groupdict().get("default")
        if default is not None:
            found[name]["default"] = default.strip()
        if len(found) == MAX_VARIABLES:
            break
    return list(found.values())


def parts_of(text: str) -> list[tuple[str, str | None]]:
    """The text in pieces, in order and without gaps, each with the name of the variable that it is, or None."""
    known = {variable["name"] for variable in variables_of(text)}
    places = sorted((match.span(), name) for _, match in _matches(text) if (name := match["name"].strip()) in known)
    parts: list[tuple[str, str | None]] = []
    end = 0
    for (first, last), name in places:
        if first < end:
            continue
        if first > end:
            parts.append((text[end:first], None))
        parts.append((text[first:last], name))
        end = last
    return [*parts, (text[end:], None)] if end < len(text) else parts


def _matches(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Each place of a variable with its syntax, syntax by syntax."""
    if "{" not in text and "[" not in text:
        return
    for syntax, pattern in _SYNTAXES:
        if syntax.rstrip("}]") not in text:
            continue
        for match in pattern.finditer(text):
            if _is_variable(match["name"].strip(), syntax):
                yield syntax, match


def _is_variable(name: str, syntax: str) -> bool:
    if syntax == "[]":
        letters = [character for character in name if character.isalpha()]
        return len(letters) >= 2 and not any(character.islower() for character in letters)
    return name not in _BLOCK_WORDS
