"""A day's marker: which files hold the day, and what is in them."""

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import LakeDayError

FILE_NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}-\d+\.parquet", re.ASCII)

READERS_ARE_DONE = timedelta(days=1)
"""So long after a marker was replaced, nobody reads the files that only it named."""

Source = Literal["files", "loaded", "dashboard"]
"""Event files, which may be in the lake alone; events that the ledger holds, too, as they were loaded there before; or
what the dashboard wrote itself, which is replaced as a whole. To the first two, later ones are added."""

_Name = Annotated[str, Field(pattern=f"^{FILE_NAME.pattern}$")]
_STRICT = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LakeFile(BaseModel):
    """A file of events; `bytes` is its size and `sha256` the hash of its content."""

    model_config = _STRICT

    name: _Name
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    source: Source


class Manifest(BaseModel):
    """What may be read of a day.

    `version` changes when its events do, and with nothing else. `former` are files that markers before this one named,
    each with the moment since which none does: whoever had read such a marker may still be at them. `own` tells one
    state of the dashboard's own events of the day from another; it is null where there are none.
    """

    model_config = _STRICT

    day: date
    version: str = Field(pattern=r"^[0-9A-Za-z-]{1,64}$")
    written_at: datetime
    events: int = Field(ge=0)
    columns: dict[str, str] = Field(alias="schema")
    files: tuple[LakeFile, ...]
    former: dict[_Name, datetime] = Field(default_factory=dict)
    own: str | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.events != sum(file.rows for file in self.files):
            raise ValueError("the events are not the sum of the files' rows")
        return self

    @classmethod
    def parse(cls, day: date, content: bytes, told: str, remedy: str) -> Self:
        """The marker of a day, as it was written; `told` is its name for people, `remedy` what to do about a bad one.

        Raises:
            LakeDayError: it is none, or another day's.
        """
        try:
            manifest = cls.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise LakeDayError(f"{told} cannot be read ({where}: {first['msg']}); {remedy}") from None
        if manifest.day != day:
            raise LakeDayError(f"{told} is the marker of {manifest.day}; {remedy}")
        return manifest

    def content(self) -> bytes:
        """What stands in the file."""
        return f"{self.model_dump_json(by_alias=True, indent=1)}\n".encode()

    def rows_of(self, *sources: Source) -> int:
        """How many events of these sources the day holds."""
        return sum(file.rows for file in self.files if file.source in sources)

    def former_at(self, moment: datetime) -> dict[str, datetime]:
        """Of the `former` files those that somebody may be reading at a moment."""
        return {name: since for name, since in self.former.items() if moment - since < READERS_ARE_DONE}


def new_writing() -> str:
    """A name for what one writer writes at once: of later ones it is the later in the order of names."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
