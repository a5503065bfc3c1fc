"""A day whose files are damaged, without them."""

from datetime import date

from sqlalchemy import Engine

from ingest.lake.check import day_faults
from ingest.lake.days import open_day
from ingest.lake.manifest import LakeFile
from ingest.lake.store import Lake


def mend(engine: Engine, lake: Lake, day: date) -> list[LakeFile]:
    """Read a day's files, and take those out that are damaged; the others stay. Returns what was taken out.

    Whatever was in those can be written again: an event that the day still has is not added twice.

    Raises:
        LakeDayError: the day's marker cannot be read, or is of another schema.
        LakeError: the lake cannot be reached.
    """
    with open_day(engine, lake, day) as opened:
        damaged = {finding.file for finding in day_faults(lake, opened.manifest)}
        out = [file for file in opened.files() if file.name in damaged]
        if out:
            # Else the dashboard's own would be taken for written.
            own = None if any(file.source == "dashboard" for file in out) else opened.manifest.own
            opened.commit([file for file in opened.files() if file not in out], own)
    return out
