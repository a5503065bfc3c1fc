"""Test sets of search in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv.

Thakur, Reimers, Ruecklé, Srivastava, Gurevych, BEIR (NeurIPS 2021).
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schema.errors import PromptoryError

Relevance = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TestSet:
    """A corpus, the queries that have a relevant document, and how relevant which document is to them."""

    documents: list[Document]
    queries: dict[str, str]
    relevance: Relevance


def read_test_set(folder: Path) -> TestSet:
    """Read a folder in BEIR's layout.

    Raises:
        PromptoryError: a file is missing or is not what the layout says.
    """
    try:
        relevance: Relevance = {}
        with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                relevance.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
        documents = [
            Document(str(one["_id"]), str(one.get("title") or ""), str(one["text"]))
            for one in _records(folder / "corpus.jsonl")
        ]
        queries = {str(one["_id"]): str(one["text"]) for one in _records(folder / "queries.jsonl")}
    except OSError as error:
        raise PromptoryError(f"{error.filename} cannot be read; {folder} must be in BEIR's layout.") from error
    except (KeyError, ValueError) as error:
        raise PromptoryError(
            f"A file in {folder} is not in BEIR's layout ({type(error).__name__}: {error})."
        ) from error
    judged = {query: text for query, text in queries.items() if any(relevance.get(query, {}).values())}
    return TestSet(documents, judged, {query: relevance[query] for query in judged})


def with_typos(test_set: TestSet, seed: int = 7) -> TestSet:
    """The same queries with one letter inserted, left out, exchanged or swapped in one of their longer words."""
    chance = random.Random(seed)  # noqa: S311 (the same slips each time)
    return replace(test_set, queries={query: _slip(text, chance) for query, text in test_set.queries.items()})


def _slip(text: str, chance: random.Random) -> str:
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= 4] or list(range(len(words)))
    if not long:
        return text
    place = chance.choice(long)
    word = words[place]
    at = chance.randrange(1, len(word)) if len(word) > 1 else 0
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz") if word.isascii() else chance.choice(word)
    slips = [word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]
    if at + 1 < len(word):
        slips.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    words[place] = chance.choice(slips)
    return " ".join(words)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
