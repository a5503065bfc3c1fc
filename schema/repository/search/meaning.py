"""Prompts that mean what a query means, and one order of them and of those that hold its words."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Double, Row, cast, column, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from schema.embedders import Embedder, QueryEmbedder
from schema.repository.cards import select_cards
from schema.repository.search.filters import FILTERS, is_set, set_of
from schema.repository.search.find import Result, Scope, find, size_of_set
from schema.repository.search.index import Index
from schema.repository.search.request import SearchRequest
from schema.repository.tables import prompt_cards

# Decision 15 has what was measured.
WEIGHT_OF_WORDS = 0.7
FUSED = 100
# Prompts of a tag, collection or creator that are so few are each compared; the index is no way to them.
SMALL_SET = 3_000
# Where filters leave few over the index is walked on, up to so many vectors.
MOST_WALKED = 10_000

_IS_THERE = "SELECT to_regclass('analytics.search_embedding_state') IS NOT NULL"
_HAS_VECTORS = """
SELECT EXISTS (SELECT FROM analytics.search_embedding_state WHERE model = :model AND dimension = :dimension)
"""
_PREPARE = f"""
SELECT
    set_config('hnsw.ef_search', '{FUSED}', true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
    set_config('hnsw.max_scan_tuples', '{MOST_WALKED}', true)
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a query means to an embedder: its vector, as PostgreSQL reads it."""

    embedder: Embedder
    vector: str


def meaning_of(session: Session, request: SearchRequest, embedder: QueryEmbedder | None) -> Meaning | None:
    """What the words of a query mean; None where they are to be searched for by themselves.

    That is where no embedder is configured, where it does not answer in time or does not know the language, where the
    library has no vectors of its model, where a query has no word at all, or says exactly what must be there or not.
    """
    if embedder is None or not request.words or request.phrases or request.excluded:
        return None
    model = embedder.embedder
    words = " ".join(request.words)
    if not (model.is_multilingual or _is_latin(words)) or not any(map(str.isalnum, words)):
        return None
    if not _has_vectors(session, model):
        return None
    vector = embedder.vector_of(words)
    return None if vector is None else Meaning(model, vector_literal(vector[0].tolist()))


def vector_literal(vector: Sequence[float]) -> str:
    """A vector as PostgreSQL reads it."""
    return "[" + ",".join(f"{number:.7g}" for number in vector) + "]"


def find_with_meaning(
    session: Session, index: Index | None, words: Sequence[str], scope: Scope, meaning: Meaning, *, gathers: bool
) -> Result:
    """What holds any of the words or means what they mean, by relevance.

    The best hundred of both come first, in one order; then what else holds a word.
    """
    held = find(session, index, words, (), replace(scope, skip=0, take=FUSED), gathers=gathers, shows_cards=False)
    by_words = {row.id: row.score for row in held.rows}
    by_meaning = _nearest(session, scope.filters, meaning)
    scores = fused(by_words, by_meaning)
    end = scope.skip + scope.take
    rows = _cards(session, {prompt: scores[prompt] for prompt in list(scores)[scope.skip : end]})
    is_all = held.is_total and held.total <= len(by_words)
    if end > len(scores) and not is_all:
        seen = sum(prompt not in by_meaning for prompt in by_words) + max(scope.skip - len(scores), 0)
        others = {**scope.filters, "others": list(by_meaning)}
        rest = replace(scope, filters=others, skip=seen, take=scope.take - len(rows))
        rows = [*rows, *find(session, index, words, (), rest, gathers=False).rows]
    total = len(scores) if is_all else max(held.total, len(scores))
    return Result(rows, held.terms, list(dict.fromkeys((*scores, *held.ids))), total, is_all)


def fused(by_words: Mapping[int, float], by_meaning: Mapping[int, float]) -> dict[int, float]:
    """The sum of both scores, each stretched from 0 to 1 and weighed; the best first.

    Bruch, Gai, Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (TOIS 2023).
    """
    words, meanings = _stretched(by_words), _stretched(by_meaning)
    scores = {
        prompt: WEIGHT_OF_WORDS * words.get(prompt, 0) + (1 - WEIGHT_OF_WORDS) * meanings.get(prompt, 0)
        for prompt in words | meanings
    }
    return dict(sorted(scores.items(), key=lambda one: (-one[1], one[0])))


def _stretched(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores from 0 to 1; where all are the same they are 1, or 0 if they say nothing."""
    least, most = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    if least == most:
        return dict.fromkeys(scores, 1.0 if most > 0 else 0.0)
    return {prompt: (score - least) / (most - least) for prompt, score in scores.items()}


def _nearest(session: Session, filters: Mapping[str, Any], meaning: Meaning) -> dict[int, float]:
    """The nearest hundred that the viewer may find and the filters let through, with the cosine."""
    embedder = meaning.embedder
    vector = f"vector({embedder.dimension})"
    distance = f"cast(e.embedding AS {vector}) <#> cast(:vector AS {vector})"
    # The negative product; of vectors of length 1 it is the cosine.
    scan = f"SELECT e.prompt_id, -({distance}) AS likeness FROM analytics.search_embeddings AS e"
    where = f"e.model = '{embedder.model}'"  # written out, as an index holds one model's vectors
    chosen = set_of(filters)
    chosen = chosen if chosen and size_of_set(session, chosen, filters, SMALL_SET) is not None else ""
    if through := " AND ".join(FILTERS[name] for name in filters if not (chosen and is_set(name))):
        where += f" AND EXISTS (SELECT FROM library.prompt_cards AS c WHERE c.id = e.prompt_id AND {through})"
    nearest = f"{scan} WHERE {where} ORDER BY {distance} LIMIT {FUSED}"
    if chosen:
        nearest = f"{scan} WHERE {where} AND e.prompt_id IN ({chosen}) ORDER BY likeness DESC LIMIT {FUSED}"
    statement = f"""
SELECT n.prompt_id, n.likeness
FROM ({nearest}) AS n
INNER JOIN library.prompt_cards AS c ON c.id = n.prompt_id
WHERE n.likeness >= :least"""
    session.execute(text(_PREPARE))
    parameters = {**filters, "vector": meaning.vector, "least": embedder.least_likeness}
    return dict(session.execute(text(statement), parameters).tuples().all())


def _cards(session: Session, scores: Mapping[int, float]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The cards of prompts with their scores, in that order."""
    wanted = (
        func.unnest(cast(list(scores), ARRAY(BigInteger)), cast(list(scores.values()), ARRAY(Double)))
        .table_valued(column("prompt_id", BigInteger), column("score", Double), with_ordinality="place")
        .render_derived()
    )
    statement = (
        select_cards()
        .add_columns(wanted.c.score)
        .join(wanted, wanted.c.prompt_id == prompt_cards.c.id)
        .order_by(wanted.c.place)
    )
    return session.execute(statement).all()


def _is_latin(words: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in words if letter.isalpha())


def _has_vectors(session: Session, model: Embedder) -> bool:
    if not session.scalar(text(_IS_THERE)):
        return False
    return bool(session.scalar(text(_HAS_VECTORS), {"model": model.model, "dimension": model.dimension}))
