"""A Markdown document as blocks, and as sections below headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_QUOTE_MARK = re.compile(r"[ ]{0,3}> ?")
# What stands within a line is read as it is written.
_parser = MarkdownIt("commonmark").enable("table").disable("inline")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: heading, code, quote, table, html, or text (paragraphs and lists) as it is written.

    `level` is a heading's, `info` what a fence says of its language, `cells` are a table's rows, the first its header.
    """

    kind: str
    text: str = ""
    level: int = 0
    info: str = ""
    cells: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading, with the headings below it; `parent` is the text of the heading above it."""

    title: str
    level: int
    parent: str
    blocks: Sequence[Block]

    @property
    def own(self) -> list[Block]:
        """The blocks before the first heading below."""
        end = next((place for place, block in enumerate(self.blocks) if block.kind == "heading"), len(self.blocks))
        return list(self.blocks[:end])

    def below(self) -> Iterator["Section"]:
        """The sections of the headings below, whatever their level."""
        return sections_of(self.blocks)


def blocks_of(text: str) -> list[Block]:
    """The outermost blocks of a Markdown text, whose line ends are LF."""
    lines, tokens = text.split("\n"), _parser.parse(text)
    return [
        block
        for place, token in enumerate(tokens)
        if token.level == 0 and token.map and (block := _block(tokens, place, lines))
    ]


def sections_of(blocks: Sequence[Block]) -> Iterator[Section]:
    """A section for every heading, in order."""
    above: list[Block] = []
    for place, block in enumerate(blocks):
        if block.kind != "heading":
            continue
        above = [heading for heading in above if heading.level < block.level]
        parent = above[-1].text if above else ""
        above.append(block)
        yield Section(block.text, block.level, parent, blocks[place + 1 : _end(blocks, place)])


def _end(blocks: Sequence[Block], start: int) -> int:
    for place in range(start + 1, len(blocks)):
        if blocks[place].kind == "heading" and blocks[place].level <= blocks[start].level:
            return place
    return len(blocks)


def _block(tokens: list[Token], place: int, lines: list[str]) -> Block | None:
    token = tokens[place]
    start, end = token.map or (0, 0)
    if token.type == "heading_open":
        return Block("heading", tokens[place + 1].content, int(token.tag[1]))
    if token.type in ("fence", "code_block"):
        return Block("code", token.content.removesuffix("\n"), info=token.info.strip())
    if token.type == "blockquote_open":
        return Block("quote", "\n".join(_QUOTE_MARK.sub("", line, count=1) for line in lines[start:end]).strip())
    if token.type == "table_open":
        return Block("table", cells=tuple(_table(tokens, place)))
    kind = "html" if token.type == "html_block" else "text"
    return Block(kind, "\n".join(lines[start:end])) if token.type != "hr" else None


def _table(tokens: list[Token], place: int) -> Iterator[tuple[str, ...]]:
    row: list[str] = []
    for token in tokens[place:]:
        if token.type == "table_close":
            return
        if token.type == "inline":
            row.append(token.content)
        elif token.type == "tr_close":
            yield tuple(row)
            row = []
