"""What an embedder is: texts to vectors of length 1, near each other where the texts mean much the same."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from schema.errors import PromptoryError

Vectors = NDArray[np.float32]


class EmbedderError(PromptoryError):
    """An embedder cannot be used, or answered something else than vectors."""


class Embedder(Protocol):
    """A model. Vectors of two models are never compared, nor those of one that reads its texts otherwise."""

    @property
    def model(self) -> str:
        """What tells its vectors from all others'."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def is_multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        ...

    @property
    def least_likeness(self) -> float:
        """The cosine below which texts have nothing to do with each other; 0 where it was not measured."""
        ...

    @property
    def max_characters(self) -> int:
        """What is cut off a text before it is handed over; the model reads no further."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Takes what time it needs.

        Raises:
            EmbedderError: there is no answer, or it is not what it should be.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """What is looked for as one row; for a reader who waits. Raises as `embed_documents` does."""
        ...


def unit_vectors(vectors: Vectors) -> Vectors:
    """The same rows with length 1; a row of zeros stays."""
    lengths: Vectors = np.linalg.norm(vectors, axis=-1, keepdims=True)
    lengths[lengths == 0] = 1
    return vectors / lengths


def checked(vectors: Vectors, texts: int, embedder: Embedder) -> Vectors:
    """The vectors, where they are what the embedder promises.

    Raises:
        EmbedderError: there are more or fewer of them, of another dimension, or they hold something else than numbers.
    """
    if vectors.shape != (texts, embedder.dimension):
        raise EmbedderError(
            f"{embedder.model} gave vectors of shape {vectors.shape} where {(texts, embedder.dimension)} is right."
        )
    if not np.isfinite(vectors).all():
        raise EmbedderError(f"{embedder.model} gave vectors that are not numbers.")
    return vectors
