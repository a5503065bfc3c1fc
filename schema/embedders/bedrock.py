"""Multilingual models of Amazon Bedrock: Cohere Embed 3 and Titan Text Embeddings 2, 1,024 numbers a text.

Needs `bedrock:InvokeModel` for the model. Requests and answers as in the Bedrock User Guide, "Inference request
parameters and response fields for foundation models".
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import boto3
import numpy as np
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from schema.embedders.base import EmbedderError, Vectors, unit_vectors
from schema.settings import BedrockModel

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

DIMENSION = 1_024
REQUESTS_AT_A_TIME = 8
Purpose = Literal["search_query", "search_document"]

# A reader waits for a query; documents may be tried again.
_FOR_QUERIES = Config(connect_timeout=0.4, read_timeout=0.5, retries={"total_max_attempts": 1})
_FOR_DOCUMENTS = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 6, "mode": "adaptive"})


class Bedrock:
    """A model of Bedrock; the connection is made, and credentials are looked for, when it is first asked."""

    dimension = DIMENSION
    is_multilingual = True
    least_likeness = 0.0

    def __init__(self, model: BedrockModel, region: str | None) -> None:
        self.model = f"{model} {DIMENSION}"
        self._id = model
        self._region = region
        self._is_cohere = model.startswith("cohere.")
        self.max_characters = 2_000 if self._is_cohere else 8_000
        self._clients: dict[Purpose, BedrockRuntimeClient] = {}
        self._lock = Lock()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text.

        Raises:
            EmbedderError: there are no credentials, no answer, or one without vectors.
        """
        size = 96 if self._is_cohere else 1  # what the model takes in one request
        requests = [texts[start : start + size] for start in range(0, len(texts), size)]
        with ThreadPoolExecutor(REQUESTS_AT_A_TIME) as pool:
            answers = list(pool.map(lambda request: self._ask(request, "search_document"), requests))
        return np.concatenate(answers) if answers else np.empty((0, DIMENSION), np.float32)

    def embed_query(self, text: str) -> Vectors:
        """The query as one row; raises as `embed_documents` does."""
        return self._ask([text], "search_query")

    def _ask(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        try:
            answer = self._client(purpose).invoke_model(
                modelId=self._id, body=json.dumps(self._request(texts, purpose)), contentType="application/json"
            )
            said = json.loads(answer["body"].read())
            vectors = np.array(said["embeddings"] if self._is_cohere else [said["embedding"]], np.float32)
        except (BotoCoreError, ClientError) as error:
            raise EmbedderError(f"Bedrock cannot be asked for {self._id}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderError(f"Bedrock answered something else than vectors of {self._id}.") from error
        return unit_vectors(vectors)

    def _request(self, texts: Sequence[str], purpose: Purpose) -> dict[str, Any]:
        if self._is_cohere:
            return {"texts": list(texts), "input_type": purpose, "truncate": "END"}
        return {"inputText": texts[0], "dimensions": DIMENSION, "normalize": True}

    def _client(self, purpose: Purpose) -> "BedrockRuntimeClient":
        with self._lock:
            if purpose not in self._clients:
                config = _FOR_QUERIES if purpose == "search_query" else _FOR_DOCUMENTS
                session = boto3.session.Session(region_name=self._region)
                self._clients[purpose] = session.client("bedrock-runtime", config=config)
            return self._clients[purpose]
