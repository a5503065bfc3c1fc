r"""The variables of a prompt, in the syntaxes that collections use.

`${name}` and `${name:default}`, `{{name}}` (also `{{$name}}`, `{{ name | filter }}`),
`{argument name="x" default="y"}`, `{name}`, and `[NAME]` in capitals or in a script without them.
"""

import re
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
    if "{" not in text and "[" not in text:
        return []
    for syntax, pattern in _SYNTAXES:
        if syntax.rstrip("}]") not in text:
            continue
        for match in pattern.finditer(text):
            name = match["name"].strip()
            if name in found or not _is_variable(name, syntax):
                continue
            found[name] = {"name": name, "syntax": syntax}
            default = match.groupdict().get("default")
            if default is not None:
                found[name]["default"] = default.strip()
            if len(found) == MAX_VARIABLES:
                return list(found.values())
    return list(found.values())


def _is_variable(name: str, syntax: str) -> bool:
    if syntax == "[]":
        letters = [character for character in name if character.isalpha()]
        return len(letters) >= 2 and not any(character.islower() for character in letters)
    return name not in _BLOCK_WORDS
