"""Embedders: what they give, and that a reader never waits long for one that is broken."""

import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from schema.embedders import EmbedderError, QueryEmbedder, minilm, queries
from schema.embedders.bedrock import Bedrock
from schema.embedders.minilm import MiniLM
from schema.embedders.wordpiece import WordPiece
from tests.support.embedders import Topics, bedrock_server, point_bedrock_at, silent_server

needs_weights = pytest.mark.skipif(
    find_spec(minilm.PACKAGE) is None, reason="the weights of MiniLM are not installed: requirements-minilm.txt"
)

PIECES = ["[CLS]", "[SEP]", "[UNK]", "cafe", "play", "##ing", "##s", "+", "会", "议", "회"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Café  playing", ["cafe", "play", "##ing"]),
        ("plays+\nPLAY\u200b", ["play", "##s", "+", "play"]),
        ("会议", ["会", "议"]),
        ("회", ["[UNK]"]),  # Hangul is taken apart into its letters, as BERT does
        ("", []),
        ("play " * 50, ["play"] * 6),
    ],
)
def test_a_text_becomes_the_longest_pieces_that_the_model_knows(tmp_path: Path, text: str, pieces: list[str]) -> None:
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(PIECES), encoding="utf-8")
    expected = ["[CLS]", *pieces, "[SEP]"]
    assert [PIECES[number] for number in WordPiece(vocabulary).numbers(text, 8)] == expected


@needs_weights
def test_minilm_gives_the_cosines_that_its_authors_publish() -> None:
    """Those of the example on the model's page, to "That is a happy person"."""
    texts = ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    vectors = MiniLM().embed_documents(texts)
    assert vectors[0] @ vectors[1:].T == pytest.approx([0.69457, 0.94292, 0.25688], abs=1e-5)


@needs_weights
def test_a_text_means_the_same_beside_longer_ones() -> None:
    texts = ["soup", "a recipe " * 200, "", "스프"]
    together = MiniLM().embed_documents(texts)
    alone = np.concatenate([MiniLM().embed_query(text) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


@needs_weights
def test_other_weights_than_those_that_are_known_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "SHA256", "0" * 64)
    with pytest.raises(EmbedderError, match="not the file of all-MiniLM-L6-v2"):
        MiniLM().embed_query("soup")


def test_missing_weights_say_how_to_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package")
    with pytest.raises(EmbedderError, match="requirements-minilm"):
        MiniLM().embed_query("soup")


def test_bedrock_is_asked_as_its_models_want(monkeypatch: pytest.MonkeyPatch) -> None:
    with bedrock_server(monkeypatch) as requests:
        cohere = Bedrock("cohere.embed-multilingual-v3", None)
        vectors = cohere.embed_documents(["x" * length for length in range(1, 101)])
        assert vectors[:, 0] / vectors[:, 1] == pytest.approx(np.arange(1, 101))
        assert sorted(len(asked["texts"]) for asked in requests) == [4, 96]
        cohere.embed_query("y")
        assert requests[-1] == {"texts": ["y"], "input_type": "search_query", "truncate": "END"}
        titan = Bedrock("amazon.titan-embed-text-v2:0", "eu-west-1").embed_documents(["ab", "abc"])
        assert titan[:, 0] / titan[:, 1] == pytest.approx([2, 3])
        assert {"inputText": "abc", "dimensions": 1024, "normalize": True} in requests


def test_a_silent_embedder_is_given_up_within_a_second_and_then_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_server() as address:
        point_bedrock_at(monkeypatch, address)
        embedder = QueryEmbedder(Bedrock("cohere.embed-multilingual-v3", None))
        began = time.monotonic()
        assert embedder.vector_of("soup") is None
        assert time.monotonic() - began < 1
        began = time.monotonic()
        assert [embedder.vector_of(f"soup {number}") for number in range(100)] == [None] * 100
        assert time.monotonic() - began < 0.1


def test_an_embedder_is_asked_again_after_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "REST_SECONDS", 0.0)
    with bedrock_server(monkeypatch, dimension=3):
        embedder = QueryEmbedder(Bedrock("amazon.titan-embed-text-v2:0", None))
        assert embedder.vector_of("soup") is None  # three numbers where 1,024 are right
    with bedrock_server(monkeypatch):
        again = QueryEmbedder(Bedrock("amazon.titan-embed-text-v2:0", None))
        again.embedder.embed_query("warm")
        assert again.vector_of("soup") is not None


def test_without_credentials_there_is_no_vector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    point_bedrock_at(monkeypatch, "http://127.0.0.1:9")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bedrock = Bedrock("cohere.embed-multilingual-v3", None)
    with pytest.raises(EmbedderError, match="credentials"):
        bedrock.embed_query("soup")
    assert QueryEmbedder(bedrock).vector_of("soup") is None


def test_the_last_queries_are_remembered() -> None:
    topics = Topics()
    embedder = QueryEmbedder(topics, most_remembered=1)
    first = embedder.vector_of("cat")

    assert first is not None
    assert embedder.vector_of("cat") is first
    assert embedder.vector_of("rain") is not None
