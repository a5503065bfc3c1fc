"""Embedders for the tests: one whose vectors can be worked out by hand, and a Bedrock of the test's own."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
import pytest

from schema.embedders import EmbedderError, Vectors
from schema.embedders.base import unit_vectors
from tests.support.servers import http_server

TOPICS = (("cat", "kitten", "pet"), ("stock", "share", "money"), ("rain", "storm", "weather"))


class Topics:
    """A number for each topic that a text has words of; counts what it is asked for, and may break on the way."""

    is_multilingual = False
    least_likeness = 0.1
    max_characters = 1_000

    def __init__(self, model: str = "topics", dimension: int = len(TOPICS), breaks_after: int = 1_000_000) -> None:
        self.model = model
        self.dimension = dimension
        self.breaks_after = breaks_after
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """As an Embedder does."""
        if len(self.embedded) + len(texts) > self.breaks_after:
            raise EmbedderError("The embedder broke down.")
        self.embedded += texts
        return self._vectors(texts)

    def embed_query(self, text: str) -> Vectors:
        """As an Embedder does."""
        return self._vectors([text])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        counts = [[sum(text.lower().count(word) for word in words) for words in TOPICS] for text in texts]
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        vectors[:, : len(TOPICS)] = counts
        return unit_vectors(vectors)


@contextmanager
def bedrock_server(patch: pytest.MonkeyPatch, dimension: int = 1_024) -> Iterator[list[dict[str, Any]]]:
    """A Bedrock that gives each text the vector of its length; the requests that it got."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(asked)
            texts = asked["texts"] if "cohere" in self.path else [asked["inputText"]]
            vectors = [[float(len(text)), 1.0, *([0.0] * (dimension - 2))] for text in texts]
            body = json.dumps({"embeddings": vectors} if "cohere" in self.path else {"embedding": vectors[0]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with http_server(Handler) as address:
        point_bedrock_at(patch, address)
        yield requests


@contextmanager
def silent_server() -> Iterator[str]:
    """The address of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def point_bedrock_at(patch: pytest.MonkeyPatch, address: str) -> None:
    """Let the process's clients of Bedrock find a server of the test's own."""
    patch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", address)
    patch.setenv("AWS_ACCESS_KEY_ID", "test")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
