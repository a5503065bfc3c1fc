"""The dbt project as a program sees it: where it is, its manifest, its connection. Knows nothing of Dagster."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import URL, text

from schema.database import connect, engine_for, libpq_variables
from schema.roles import Role

PROJECT_DIR = Path(__file__).parents[2] / "dbt_project"
MANIFEST = PROJECT_DIR / "target" / "manifest.json"
# The one beside this interpreter: a virtual environment need not be on the PATH.
DBT_EXECUTABLE = str(Path(sys.executable).with_name("dbt"))

# Viewers of sixty days are counted in memory then; with PostgreSQL's 4 MB they are sorted on disk.
WORK_MEM = "64MB"


def dbt_command(*arguments: str) -> list[str]:
    """The command that runs dbt on the project."""
    folder = str(PROJECT_DIR)
    return [DBT_EXECUTABLE, *arguments, "--project-dir", folder, "--profiles-dir", folder]


def last_line(output: str) -> str:
    """The last line that dbt printed, which says most of why it failed."""
    return (output.strip().splitlines() or ["no output"])[-1]


@contextmanager
def sole_refresh() -> Iterator[None]:
    """Wait until no other refresh of this database runs, on whatever machine: two would take each other's tables away.

    A process that dies loses its connection, and with it its turn.
    """
    with connect(engine_for(Role.DBT)) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('promptory.sole_refresh'))"))
        yield


def project_files() -> list[Path]:
    """The files that say what dbt builds, by path."""
    return sorted(
        path
        for path in PROJECT_DIR.rglob("[!.]*")
        if path.suffix in (".sql", ".yml") and PROJECT_DIR / "target" not in path.parents
    )


def newest_change() -> float:
    """When the newest of the project's files was changed, as a time stamp."""
    return max(path.stat().st_mtime for path in project_files())


def ensure_manifest() -> Path:
    """Return the manifest, parsing the project first where it is missing or older than a model."""
    if not MANIFEST.exists() or MANIFEST.stat().st_mtime < newest_change():
        _parse()
    return MANIFEST


def _parse() -> None:
    """Put a new manifest in place as a whole: Dagster's processes start at the same time, and each reads it."""
    MANIFEST.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=MANIFEST.parent, prefix="parse-") as aside:
        subprocess.run(dbt_command("parse", "--quiet", "--target-path", aside), check=True)
        # dbt's own record of the parse spares the runs theirs.
        for name in ("partial_parse.msgpack", MANIFEST.name):
            Path(aside, name).replace(MANIFEST.with_name(name))


def load_manifest() -> dict[str, Any]:
    """The manifest, with names of relations that hold in whatever database: it may have been parsed for another one."""
    manifest: dict[str, Any] = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    for node in manifest["nodes"].values():
        if node.get("relation_name"):
            node["relation_name"] = node["relation_name"].partition(".")[2]
    return manifest


def connection_variables(url: URL) -> dict[str, str]:
    """The variables that profiles.yml reads, for a library database."""
    host = url.host or url.query.get("host") or "localhost"
    return {
        "PROMPTORY_DBT_HOST": str(host),
        "PROMPTORY_DBT_PORT": str(url.port or 5432),
        "PROMPTORY_DBT_USER": url.username or "postgres",
        "DBT_ENV_SECRET_PROMPTORY_PASSWORD": url.password or "",
        "PROMPTORY_DBT_DATABASE": url.database or "postgres",
        "PROMPTORY_DBT_SSLMODE": str(url.query.get("sslmode", "prefer")),
        # libpq takes from the environment what the profile has no word for.
        "PGOPTIONS": f"-c work_mem={WORK_MEM}",
        **{variable: value for variable, value in libpq_variables(url).items() if variable.startswith("PGSSL")},
    }
