"""Readers of documents: one prompt a file or a folder, or a document that lists them."""

from ingest.readers.base import Reader
from ingest.readers.documents.dotprompt import DotpromptReader
from ingest.readers.documents.folders import FabricReader, PromptFolderReader, SemanticKernelReader
from ingest.readers.documents.markdown import CopilotReader, CursorReader, FrontmatterReader, SkillReader
from ingest.readers.documents.markdown_collections import MarkdownCollectionReader
from ingest.readers.documents.plain import PlainReader
from ingest.readers.documents.prompty import PromptyReader
from ingest.readers.documents.sections import SectionsReader

DOCUMENT_READERS: tuple[Reader, ...] = (
    PromptyReader(),
    DotpromptReader(),
    FabricReader(),
    SemanticKernelReader(),
    PromptFolderReader(),
    SkillReader(),
    CopilotReader(),
    CursorReader(),
    FrontmatterReader(),
    SectionsReader(),
    MarkdownCollectionReader(),
    PlainReader(),
)

__all__ = ["DOCUMENT_READERS"]
