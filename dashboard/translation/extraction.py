"""What Babel takes for messages beside marked strings: expected faults, also of Spark's jobs, and dbt's definitions.

Only `make messages` and the tests run this. `dashboard/locales/babel.cfg` names the functions.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

import yaml

from dashboard.translation.faults import is_template

Message = tuple[int, str, str, list[str]]
"""Line, function, message, comments: what Babel wants of an extractor."""

_SQL = re.compile(r"\n|\|\||\b(SELECT|FROM|WHERE|AS|SET|INTO)\b")
_FAULTS = {"fault", "reason", "said", "sentence", "_unreadable"}


def faults(
    file: IO[bytes],
    keywords: Iterable[str],
    comment_tags: Iterable[str],
    options: dict[str, Any],
) -> Iterator[Message]:
    """Sentences that a Python file raises as an error or calls a fault, as templates: `has no {name}`."""
    for node in ast.walk(ast.parse(file.read())):
        for sentence in _sentences(node):
            message = _template(sentence)
            if " " in message and not _SQL.search(message) and (is_template(message) or "{" not in message):
                yield sentence.lineno, "_", message, []


def definitions(
    file: IO[bytes],
    keywords: Iterable[str],
    comment_tags: Iterable[str],
    options: dict[str, Any],
) -> Iterator[Message]:
    """Descriptions of the columns in a YAML file of dbt models, each on one line."""
    for model in yaml.safe_load(file).get("models", []):
        for column in model.get("columns", []):
            if column.get("description"):
                yield 1, "_", " ".join(column["description"].split()), []


def _sentences(node: ast.AST) -> Iterator[ast.expr]:
    """The texts in a node that people read when something is wrong."""
    if isinstance(node, ast.Call) and _is_fault_call(_name(node.func)) and node.args:
        yield from _texts(node.args[0])
    elif isinstance(node, ast.Assign) and any(_is_fault(target) for target in node.targets):
        yield from _texts(node.value)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield from (text for text in _texts(node.value) if isinstance(text, ast.JoinedStr))


def _is_fault_call(name: str) -> bool:
    # A ValueError is a defect, which nobody shall read.
    return name in _FAULTS or (name.endswith("Error") and name != "ValueError")


def _is_fault(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and (target.id in _FAULTS or target.id.startswith(("NO_", "_NO_", "_PLAIN")))


def _texts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _template(node: ast.expr) -> str:
    """The text with a placeholder (`{0}`, `{1}`) for each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    parts, number = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        else:
            parts.append(f"{{{number}}}")
            number += 1
    return "".join(parts)
