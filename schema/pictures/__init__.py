"""Pictures of prompts: made of whatever somebody gives, and kept in a folder or in S3.

`prepare` makes them; `picture_store()` keeps them and makes links to them that end soon.
"""

from functools import cache
from pathlib import Path

from schema.pictures.base import CONTENT_TYPE, FOREVER, PictureStore, PictureStoreError, Size
from schema.pictures.folder import ROUTE, FolderStore
from schema.pictures.links import LINK_LIFE
from schema.pictures.preparation import MAX_BYTES, Picture, PictureError, prepare
from schema.settings import get_settings

__all__ = [
    "CONTENT_TYPE",
    "FOREVER",
    "LINK_LIFE",
    "MAX_BYTES",
    "ROUTE",
    "FolderStore",
    "Picture",
    "PictureError",
    "PictureStore",
    "PictureStoreError",
    "Size",
    "picture_store",
    "prepare",
]


@cache
def picture_store() -> PictureStore:
    """The store that PROMPTORY_IMAGES names."""
    settings = get_settings()
    if settings.images.startswith("s3://"):
        from schema.pictures.s3 import S3Store  # noqa: PLC0415 (boto3 takes long to import)

        return S3Store(settings.images)
    return FolderStore(Path(settings.images), settings.cookie_secret.get_secret_value().encode())
