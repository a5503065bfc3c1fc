"""Vectors of queries for readers who wait: in time, or not at all."""

import time
from collections import OrderedDict
from queue import Empty, SimpleQueue
from threading import Lock, Thread

import structlog

from schema.embedders.base import Embedder, EmbedderError, Vectors, checked

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.6
REST_SECONDS = 10.0
MOST_REMEMBERED = 512


class QueryEmbedder:
    """An embedder that is given up when it is slow or broken, and left alone for a while then.

    It remembers the vectors of the last queries, also those that came too late for who asked. `failures` counts how
    often it was given up.
    """

    failures = 0

    def __init__(
        self, embedder: Embedder, *, patience: float = PATIENCE_SECONDS, most_remembered: int = MOST_REMEMBERED
    ) -> None:
        self.embedder = embedder
        self._patience = patience
        self._most_remembered = most_remembered
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()
        self._rests_until = 0.0
        self._lock = Lock()

    def vector_of(self, query: str) -> Vectors | None:
        """The query's vector as one row; None where it is not to be had within the patience (seconds)."""
        with self._lock:
            if query in self._remembered:
                self._remembered.move_to_end(query)
                return self._remembered[query]
            if time.monotonic() < self._rests_until:
                return None
        answers: SimpleQueue[Vectors | None] = SimpleQueue()
        # A thread of its own, as looking for credentials or for a host heeds no timeout of ours.
        Thread(target=self._ask, args=(query, answers), daemon=True).start()
        try:
            return answers.get(timeout=self._patience)
        except Empty:
            self._rest(f"no answer within {self._patience} seconds")
            return None

    def _ask(self, query: str, answers: "SimpleQueue[Vectors | None]") -> None:
        try:
            vector = checked(self.embedder.embed_query(query[: self.embedder.max_characters]), 1, self.embedder)
        except EmbedderError as error:
            self._rest(str(error))
            answers.put(None)
            return
        with self._lock:
            self._remembered[query] = vector
            while len(self._remembered) > self._most_remembered:
                self._remembered.popitem(last=False)
        answers.put(vector)

    def _rest(self, reason: str) -> None:
        with self._lock:
            self.failures += 1
            self._rests_until = time.monotonic() + REST_SECONDS
        log.warning("embedder_rests", model=self.embedder.model, seconds=REST_SECONDS, reason=reason)
