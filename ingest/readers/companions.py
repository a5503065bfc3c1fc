"""Files of a collection's folder that hold no prompt of their own, and why."""

import re
from pathlib import PurePosixPath

from ingest.readers.documents import DOCUMENT_READERS
from ingest.readers.documents.dotprompt import is_partial
from ingest.readers.documents.folders import DESCRIPTIONS, METADATA
from ingest.readers.documents.markdown_collections import MarkdownCollectionReader
from ingest.readers.documents.plain import is_prose
from ingest.sources import SourceFile

_BELONGS_TO = {
    "user.md": ("system.md",),
    "config.json": ("skprompt.txt",),
    **dict.fromkeys(METADATA, ("prompt.md", "prompt.txt")),
}
_LICENCE = re.compile(
    r"(?:un)?(?:licen[sc]es?|copying|notice|copyright)"
    r"(?:[-_.](?:mit|apache|bsd|isc|mpl|gpl|lgpl|agpl|cc|code|data|docs|content|third)[\w.-]{0,40})?"
)
_ABOUT = re.compile(
    r"readme(?:[-_.][a-z]{2}(?:[-_][a-z]{2,4})?)?|index|changelog|changes|history|contributing|contributors|code_of_conduct"
    r"|security|authors|credits|support|install|todo|roadmap|_?sources?"
)
_TEXTS = (".md", ".txt", ".rst")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".bmp", ".tif", ".tiff", ".avif")
_SOUNDS_AND_FILMS = (".mp3", ".wav", ".ogg", ".mp4", ".mov", ".webm")
_FONTS = (".ttf", ".otf", ".woff", ".woff2")
_COMPILED = (".c", ".h", ".cpp", ".cs", ".go", ".rs", ".java", ".kt", ".swift")
_SCRIPTS = (".py", ".ipynb", ".rb", ".php", ".sh", ".bash", ".ps1", ".bat", ".sql")
_OF_WEB_PAGES = (".js", ".mjs", ".ts", ".tsx", ".jsx", ".css", ".scss", ".html", ".htm", ".vue")
_OF_BUILDS = (".lock", ".toml", ".ini", ".cfg", ".gradle", ".csproj", ".sln", ".tf", ".proto")
_OFFICE = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pptx")
_KINDS = (
    ("is an image", _IMAGES),
    ("is a sound or a film", _SOUNDS_AND_FILMS),
    ("is a font", _FONTS),
    ("is program code", _COMPILED + _SCRIPTS + _OF_WEB_PAGES + _OF_BUILDS),
    ("is a document for a word processor; save it as text", _OFFICE),
)
_PLAIN = "has no mark of a prompt (frontmatter, or a name or headings that say so); name the file itself to import it"


def passed_over_reason(file: SourceFile) -> str | None:
    """Why a file that was found in a folder or an archive is not read; None for one that is to be read.

    Raises:
        UnreadableFileError: it cannot be opened.
    """
    name = file.name.lower()
    reason = _by_name(file, name)
    if reason or file.text_sample is None:
        return reason
    if _ABOUT.fullmatch(file.stem.lower()):
        is_listing = MarkdownCollectionReader().recognises(file)
        return None if is_listing else "tells of the collection, and lists no prompts itself"
    is_marked = any(reader.recognises(file) for reader in DOCUMENT_READERS)
    return _PLAIN if is_prose(file) and not is_marked else None


def _by_name(file: SourceFile, name: str) -> str | None:
    for beside in _BELONGS_TO.get(name, ()):
        if file.sibling(beside):
            return f"belongs to the {beside} beside it"
    if is_partial(file):
        return "is a partial, which other prompts include"
    if name == PurePosixPath(DESCRIPTIONS).name:
        return "describes prompts, which are files of their own"
    if _LICENCE.fullmatch(name.removesuffix(file.ending) if file.ending in _TEXTS else name):
        return "is a licence"
    return next((reason for reason, endings in _KINDS if file.ending in endings), None)
