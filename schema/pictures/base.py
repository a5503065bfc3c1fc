"""What a store of pictures is, and how it calls them: by the hash of their bytes, so that each is kept once."""

import enum
import re
from typing import Protocol

from schema.errors import PromptoryError
from schema.pictures.preparation import Picture

CONTENT_TYPE = "image/webp"
FOREVER = "private, max-age=31536000, immutable"
"""How long a browser may keep what a link led to: it never changes."""

_NAME = re.compile(r"[0-9a-f]{64}(?:\.small)?\.webp", re.ASCII)


class Size(enum.StrEnum):
    """A picture as a page shows it, or a card."""

    FULL = "full"
    SMALL = "small"


class PictureStoreError(PromptoryError):
    """Pictures cannot be kept or read at the moment."""


class PictureStore(Protocol):
    """Keeps pictures. One that is there never changes, and none is ever removed."""

    def put(self, picture: Picture) -> None:
        """Keep a picture in both sizes, unless it is there; the small one first, so that where one is, both are.

        Raises:
            PictureStoreError: the store cannot be reached, or may not be written to.
        """
        ...

    def read(self, key: str) -> bytes | None:
        """A picture in its full size; None where it is not there.

        Raises:
            PictureStoreError: the store cannot be reached.
        """
        ...

    def address(self, key: str, size: Size = Size.FULL) -> str | None:
        """A link to a picture that ends soon; None where none can be made, which is logged."""
        ...


def file_name(key: str, size: Size = Size.FULL) -> str:
    """What a picture is called in its store."""
    return key if size is Size.FULL else f"{key.removesuffix('.webp')}.small.webp"


def is_file_name(name: str) -> bool:
    """Whether something may be a picture's name in its store: no path, no other file."""
    return _NAME.fullmatch(name) is not None
