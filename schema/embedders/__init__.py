"""Embedders: what texts mean, as vectors. Search works without; `PROMPTORY_EMBEDDER` chooses one."""

from functools import cache

from schema.embedders.base import Embedder, EmbedderError, Vectors, checked
from schema.embedders.queries import QueryEmbedder
from schema.settings import EmbedderName, Settings, get_settings

__all__ = ["Embedder", "EmbedderError", "QueryEmbedder", "Vectors", "checked", "embedder_named", "query_embedder"]


def embedder_named(name: EmbedderName, settings: Settings) -> Embedder | None:
    """The embedder of that name; None for "none". What it needs is looked for when it is first asked."""
    if name == "minilm":
        from schema.embedders.minilm import MiniLM  # noqa: PLC0415 (imported only where it is chosen)

        return MiniLM()
    if name == "bedrock":
        from schema.embedders.bedrock import Bedrock  # noqa: PLC0415 (boto3 takes long to import)

        return Bedrock(settings.bedrock_model, settings.bedrock_region)
    return None


@cache
def query_embedder() -> QueryEmbedder | None:
    """The process's embedder of queries; None where none is configured."""
    settings = get_settings()
    embedder = embedder_named(settings.embedder, settings)
    return QueryEmbedder(embedder) if embedder else None
