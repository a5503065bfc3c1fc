"""Whether a Handlebars template hangs together, and which partials it includes."""

import re
from collections.abc import Iterator

_PARTIAL = re.compile(r"#?>\s*([\w./-]{1,100})")


def tags_of(template: str) -> Iterator[tuple[int, str]]:
    """The `{{tags}}` of a template without its comments, each with its line.

    Raises:
        ValueError: one is never closed.
    """
    position, line = 0, 1
    while (start := template.find("{{", position)) >= 0:
        line += template.count("\n", position, start)
        end_mark = "--}}" if template.startswith("{{!--", start) else "}}"
        end = template.find(end_mark, start + 2)
        tag = template[start + 2 : max(end, 0)].strip("{~ \t\n")
        if end < 0 or ("{{" in tag and not tag.startswith("!")):
            raise ValueError(f"opens '{{{{' in line {line} of its text and never closes it")
        if not tag.startswith("!"):
            yield line, tag
        position = end + len(end_mark)
        line += template.count("\n", start, position)


def fault_of(template: str) -> str | None:
    """Why a template is broken: a tag or a block that is never closed, or closed and never opened."""
    opened: list[tuple[int, str]] = []
    helpers: set[str] = set()
    try:
        for line, tag in tags_of(template):
            name = (tag.lstrip("#>*^/ ").split() or [""])[0]
            if tag[0:1] in ("#", "^") and name:
                opened.append((line, name))
            elif tag.startswith("/") and opened and opened[-1][1] == name:
                opened.pop()
            elif tag.startswith("/") and name not in helpers:
                return f"closes '{name}' in line {line} of its text, which is not what was opened before"
            else:
                helpers.add(name)  # `{{section "x"}} ... {{/section}}` is written so in Google's own samples
    except ValueError as error:
        return str(error)
    return f"opens '{opened[-1][1]}' in line {opened[-1][0]} of its text and never closes it" if opened else None


def partials_of(template: str) -> list[str]:
    """The names of the partials that a template includes (`{{> name}}`), each once.

    Raises:
        ValueError: a tag is never closed.
    """
    found = (_PARTIAL.match(tag) for _, tag in tags_of(template))
    return list(dict.fromkeys(match[1] for match in found if match))
