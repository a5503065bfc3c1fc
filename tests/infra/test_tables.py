"""The tables of infra/README.md hold every variable and output of the Terraform; `make infra-tables` writes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.infra.terraform import CONFIGURATION

README = CONFIGURATION.parent / "README.md"
FILES = {
    "environment": [
        CONFIGURATION / f"variables{subject}.tf"
        for subject in ("", "_network", "_database", "_tasks", "_application", "_monitoring")
    ],
    "account": [CONFIGURATION / "account" / "variables.tf"],
}

# As `terraform fmt` leaves them: a block ends at the first brace in column one, an argument where the next begins.
_BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r"^  (\w+) += (.*?)(?=^  \w|^\n|\Z)", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r"^    ([\w-]+) += (.*)$", re.MULTILINE)
_OPTIONAL = re.compile(r"optional\((?:[^,({]+|\w+\(\{.*?\}\)), (.+)\)$")


@dataclass(frozen=True)
class Named:
    """A variable or output: its name, what stands in its block, and its arguments as they are written."""

    name: str
    body: str
    arguments: dict[str, str]

    @property
    def description(self) -> str:
        """The sentence, as Markdown."""
        return self.arguments["description"].strip('"').replace('\\"', '"').replace("|", "\\|").replace("<", "&lt;")

    @property
    def default(self) -> str:
        """What holds when it is not set, attribute by attribute of an object."""
        default = self.arguments.get("default")
        if default is None:
            return "must be set"
        if default == "{}":
            return "<br>".join(f"`{name} = {value}`" for name, value in self._attributes())
        # What an object that may be left out has where it is not.
        given = [f"`{name} = {value}`" for name, value in self._attributes() if value != "null"]
        return "<br>".join([f"`{default}`" + ("; otherwise" if given else ""), *given])

    @property
    def kind(self) -> str:
        """Its type, without the attributes of an object."""
        return re.sub(r"\(\{.*", "", self.arguments["type"], flags=re.DOTALL)

    def _attributes(self) -> Iterator[tuple[str, str]]:
        for name, kind in _ATTRIBUTE.findall(self.arguments["type"]):
            given = _OPTIONAL.search(kind)
            yield name, given[1] if given else "null"


def named(kind: str, file: Path) -> list[Named]:
    """The variables or outputs of a file, in its order."""
    return [
        Named(name, body, {argument: value.strip() for argument, value in _ARGUMENT.findall(body)})
        for found, name, body in _BLOCK.findall(file.read_text(encoding="utf-8"))
        if found == kind
    ]


def tables() -> dict[str, str]:
    """The text between each pair of marks."""
    written = {}
    for place, files in FILES.items():
        rows = [f"| `{one.name}` | {one.kind} | {one.default} | {one.description} |" for one in _variables(files)]
        written[f"variables of {place}"] = _table("| variable | type | default | what it says |", rows)
        outputs = named("output", files[0].with_name("outputs.tf"))
        rows = [f"| `{one.name}` | {one.description} |" for one in outputs]
        written[f"outputs of {place}"] = _table("| output | what it is |", rows)
    return written


def with_tables(readme: str) -> str:
    """The README with every table as the Terraform says."""
    for name, table in tables().items():
        opening, closing = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = readme.partition(opening)
        readme = before + opening + "\n" + table + "\n" + closing + rest.partition(closing)[2]
    return readme


def _variables(files: list[Path]) -> Iterator[Named]:
    for file in files:
        yield from named("variable", file)


def _table(head: str, rows: list[str]) -> str:
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows]) + "\n"


def test_the_tables_say_what_the_terraform_says() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == with_tables(readme), "run `make infra-tables`"


def test_every_variable_and_output_is_in_a_table_and_described() -> None:
    for place, files in FILES.items():
        folder = files[0].parent
        everything = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.tf"))
        for kind, marks in (("variable", "variables"), ("output", "outputs")):
            names = re.findall(rf'^{kind} "(\w+)"', everything, re.MULTILINE)
            table = tables()[f"{marks} of {place}"]
            assert [name for name in names if f"| `{name}` | " not in table] == []
    for one in _variables([file for files in FILES.values() for file in files]):
        assert one.kind
        assert one.description.endswith((".", "…"))


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
