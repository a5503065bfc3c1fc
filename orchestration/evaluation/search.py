"""Search on a test set: the product's own index and query, and what people build instead."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, text

from ingest.languages import language_of
from orchestration.evaluation.beir import Document, Relevance, TestSet
from orchestration.evaluation.measures import mean_measures
from orchestration.evaluation.scratch import build, scratch_database
from orchestration.lib.embedding_tables import refresh_embeddings
from schema.database import connect, create_role_engine, driver_of, viewer_session
from schema.embedders import Embedder, QueryEmbedder
from schema.errors import PromptoryError
from schema.repository.search import search_prompts
from schema.roles import Role

DEPTH = 100
PAGE = 10
PATIENCE_SECONDS = 60.0  # what is measured is the search by meaning, on a busy machine, too

Ranking = list[str]
Search = Callable[[str, int], Ranking]

_LOADED = """
INSERT INTO library.prompts (title, prompt_text, language, content_hash)
SELECT title, body, language, sha256(convert_to(document, 'UTF8')) FROM documents ORDER BY place
"""
_IDS = """
SELECT p.id, d.document FROM documents AS d
INNER JOIN library.prompts AS p ON p.content_hash = sha256(convert_to(d.document, 'UTF8'))
"""
_ILIKE = """
SELECT id FROM library.prompts
WHERE title ILIKE '%' || :query || '%' OR prompt_text ILIKE '%' || :query || '%'
ORDER BY created_at DESC, id LIMIT :take
"""
_FULL_TEXT = """
SELECT p.id FROM library.prompts AS p
CROSS JOIN websearch_to_tsquery('english', :query) AS q
WHERE to_tsvector('english', p.title || ' ' || p.prompt_text) @@ q
ORDER BY ts_rank_cd(to_tsvector('english', p.title || ' ' || p.prompt_text), q) DESC, p.id LIMIT :take
"""


def evaluate_search(test_set: TestSet, embedder: Embedder | None, said: Callable[[str], None]) -> dict[str, Any]:
    """nDCG@10, recall@100, MRR@10 and the time of a page of ten, for each way of searching the corpus.

    With an embedder the product's own search goes by words and meaning.

    Raises:
        PromptoryError: the embedder, or the server with it, cannot be used.
    """
    figures: dict[str, Any] = {"documents": len(test_set.documents), "queries": len(test_set.queries)}
    figures["embedder"] = embedder.model if embedder else None
    with scratch_database() as url:
        said("Loading the corpus")
        ids = _load(url, test_set.documents)
        said("Building the index")
        build(url, "+search_state")
        if embedder:
            said("Embedding the corpus")
            _embed(url, embedder)
        with _systems(url, ids, test_set.documents, embedder) as systems:
            for name, search in systems.items():
                said(f"Searching with {name}")
                figures[name] = _figures(search, test_set)
    return figures


def _load(url: URL, documents: list[Document]) -> dict[int, str]:
    """Make the documents prompts; returns which prompt is which document."""
    engine = create_role_engine(url, Role.INGEST)
    with connect(engine) as connection:
        connection.execute(
            text(
                "CREATE TEMPORARY TABLE documents (place bigint, document text, title text, body text, language text)"
                " ON COMMIT DROP"
            )
        )
        with driver_of(connection).cursor().copy("COPY documents FROM STDIN") as copy:
            for place, one in enumerate(documents):
                body = one.text.replace("\x00", "")
                copy.write_row(
                    (place, one.id, one.title.replace("\x00", ""), body, language_of(f"{one.title}\n{body}"))
                )
        connection.execute(text(_LOADED))
        ids = {int(prompt): str(document) for prompt, document in connection.execute(text(_IDS)).tuples()}
    engine.dispose()
    return ids


def _embed(url: URL, embedder: Embedder) -> None:
    engine, set_up = create_role_engine(url, Role.DBT), create_role_engine(url, None)
    outcome = refresh_embeddings(embedder, engine, set_up)
    engine.dispose()
    set_up.dispose()
    if outcome.skipped:
        raise PromptoryError(outcome.skipped)


@contextmanager
def _systems(
    url: URL, ids: Mapping[int, str], documents: list[Document], embedder: Embedder | None
) -> Iterator[dict[str, Search | None]]:
    readers = create_role_engine(url, Role.DASHBOARD)
    owner = create_role_engine(url, None)
    # Nothing is remembered: each query is asked twice here, and embedding it belongs to its time.
    queries = QueryEmbedder(embedder, patience=PATIENCE_SECONDS, most_remembered=0) if embedder else None

    def promptory(query: str, take: int) -> Ranking:
        with viewer_session(readers, None) as session:
            return [ids[card.id] for card in search_prompts(session, query, take=take, embedder=queries).cards]

    with connect(owner) as connection:
        connection.execute(
            text("CREATE INDEX ON library.prompts USING gin (to_tsvector('english', title || ' ' || prompt_text))")
        )
        connection.execute(text("ANALYZE library.prompts"))
    with connect(owner) as connection:
        yield {
            "promptory": promptory,
            "ilike": _statement(connection, _ILIKE, ids),
            "postgres_fts": _statement(connection, _FULL_TEXT, ids),
            "bm25s": _bm25s(documents),
        }
    if queries and queries.failures:
        raise PromptoryError(f"{queries.embedder.model} failed: some queries were searched for by words alone.")
    readers.dispose()
    owner.dispose()


def _statement(connection: Connection, statement: str, ids: Mapping[int, str]) -> Search:
    def search(query: str, take: int) -> Ranking:
        return [ids[prompt] for prompt in connection.scalars(text(statement), {"query": query, "take": take})]

    return search


def _bm25s(documents: list[Document]) -> Search | None:
    """The library bm25s with its own English stop words and PyStemmer's stems; None where it is not installed."""
    try:
        import bm25s  # noqa: PLC0415 (a development extra)
        import Stemmer  # noqa: PLC0415
    except ImportError:
        return None
    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25(k1=1.2, b=0.75)
    corpus = [f"{one.title} {one.text}" for one in documents]
    index.index(bm25s.tokenize(corpus, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def search(query: str, take: int) -> Ranking:
        tokens = bm25s.tokenize(query, stopwords="en", stemmer=stemmer, show_progress=False)
        places, scores = index.retrieve(tokens, k=min(take, len(documents)), show_progress=False)
        found = zip(places[0], scores[0], strict=True)
        return [documents[int(place)].id for place, score in found if score > 0]

    return search


def _figures(search: Search | None, test_set: TestSet) -> dict[str, float] | None:
    if search is None:
        return None
    rankings: dict[str, Ranking] = {}
    times: list[float] = []
    for query, words in test_set.queries.items():
        rankings[query] = search(words, DEPTH)
        began = time.perf_counter()
        search(words, PAGE)
        times.append((time.perf_counter() - began) * 1000)
    return _quality(rankings, test_set.relevance) | {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 1),
    }


def _quality(rankings: dict[str, Ranking], relevance: Relevance) -> dict[str, float]:
    run = {query: {one: 1.0 / (place + 1) for place, one in enumerate(ids)} for query, ids in rankings.items()}
    means = mean_measures({"ndcg@10": "nDCG@10", "recall@100": "R@100", "mrr@10": "RR@10"}, relevance, run)
    return {name: round(value, 4) for name, value in means.items()}
