"""Pictures in a folder, which the dashboard serves."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlencode

import structlog

from schema.pictures.base import PictureStoreError, Size, file_name, is_file_name
from schema.pictures.links import current_window, ends_at, holds, signature
from schema.pictures.preparation import Picture

ROUTE = "/pictures"
"""Below it the dashboard serves them."""

log = structlog.get_logger(__name__)


class FolderStore:
    """A `PictureStore` whose links are signed with `secret` and lead to the dashboard."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder, self._secret = folder, secret

    def put(self, picture: Picture) -> None:
        """Write both files, each aside and then in its place."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(file_name(picture.key, Size.SMALL), picture.small)
            self._write(picture.key, picture.full)
        except OSError as error:
            raise PictureStoreError(
                f"Pictures cannot be kept in the folder that PROMPTORY_IMAGES names ({error.strerror})."
            ) from None

    def read(self, key: str) -> bytes | None:
        """The content of its file."""
        path = self.path(key)
        try:
            return path.read_bytes() if path else None
        except OSError as error:
            raise PictureStoreError(f"The picture {key} cannot be read ({error.strerror}).") from None

    def address(self, key: str, size: Size = Size.FULL) -> str | None:
        """A link to the dashboard's route."""
        name, until = file_name(key, size), ends_at(current_window())
        if self.path(name) is None:
            log.warning("picture_missing", key=key)
            return None
        return f"{ROUTE}/{name}?{urlencode({'until': until, 'sign': signature(self._secret, name, until)})}"

    def admits(self, name: str, until: str, signed: str) -> bool:
        """Whether a link that was followed is ours and has not ended."""
        return is_file_name(name) and holds(self._secret, name, until, signed)

    def path(self, name: str) -> Path | None:
        """Where a picture lies, by its name in the store; None where it is not there, and for any other name."""
        path = self._folder / name
        try:
            return path if is_file_name(name) and path.is_file() else None
        except OSError as error:
            log.warning("pictures_away", reason=error.strerror)
            return None

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        if path.exists():
            return
        with NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as aside:
            try:
                aside.write(content)
                aside.flush()
                Path(aside.name).replace(path)
            finally:
                Path(aside.name).unlink(missing_ok=True)
