"""What a job is told: a plan, as one JSON file that holds all it needs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from orchestration.spark.render import needed_for, rendered_models
from schema.errors import PromptoryError
from schema.settings import Settings

EVENTS = "library_activity_events"
EVENTS_SCHEMA = (
    "event_id binary, event_type string, occurred_at timestamp, user_id bigint, prompt_id bigint, session_id string, "
    "query string, result_count int, position int"
)

# PostgreSQL's types in Spark's words.
_TYPES = {
    "bigint": "bigint",
    "boolean": "boolean",
    "character varying": "string",
    "date": "date",
    "numeric": "decimal(38,12)",
    "text": "string",
    "text[]": "array<string>",
    "timestamp with time zone": "timestamp",
}


@dataclass(frozen=True, slots=True)
class Input:
    """A relation that a job reads."""

    files: tuple[str, ...]
    """Parquet files, by path or address."""
    schema: str | None = None
    """Columns as Spark's DDL; None: as the files have them. There may be no files only where it is known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job computes, of what, and where it writes that."""

    job: str
    """Its name and the version of what it writes: letters, digits and dashes; no two jobs share one."""
    models: tuple[str, ...]
    """The models to compute and write."""
    inputs: Mapping[str, Input]
    """Relations that may be read, by name; one that is called as a view stands for that."""
    derived: str
    """The folder that results are written to, each model to one of its own."""
    report: str
    """The file of the report."""
    days: Mapping[date, int] | None = None
    """The days to compute with their revisions, where int_activity_days is not among the inputs."""

    def told(self, spark: Mapping[str, str]) -> dict[str, Any]:
        """The plan as job.py reads it, with the session's settings, `{}` where a cluster has its own.

        Raises:
            PromptoryError: a model reads what the plan neither gives nor computes.
        """
        models = rendered_models()
        given = {*self.inputs, *(("int_activity_days",) if self.days is not None else ())}
        try:
            needed = needed_for(self.models, models, given)
        except KeyError as missing:
            raise PromptoryError(
                f"The plan of job {self.job} lacks {missing.args[0]}, which its models read."
            ) from None
        read = {name for one in needed for name in one.inputs}
        return {
            "job": self.job,
            "spark": dict(spark),
            "inputs": {name: asdict(one) for name, one in self.inputs.items() if name in read},
            "days": None if self.days is None else {str(day): revision for day, revision in self.days.items()},
            "models": [
                # A view that is chosen is written as a table is.
                {"name": one.name, "text": one.text, "hash": text_hash(one.name), "partition": one.partition}
                | {"is_view": one.is_view and one.name not in self.models}
                for one in needed
            ],
            "derived": self.derived,
            "report": self.report,
        }


def text_hash(model: str) -> str:
    """Another one where the text of a model is another, or that of a model or view that it is computed of."""
    models = rendered_models()
    texts: dict[str, str] = {}
    to_see = [model]
    while to_see:
        name = to_see.pop()
        if name in models and name not in texts:
            texts[name] = models[name].text
            to_see += models[name].inputs
    return sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]


def session_settings(settings: Settings) -> dict[str, str]:
    """A session in one process of this machine, with as much memory and as many cores as the settings say."""
    return {
        "spark.master": f"local[{settings.spark_cores or '*'}]",
        "spark.driver.memory": settings.spark_memory,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Spark joins small ones again; so many keep each of a long history within its part of the memory.
        "spark.sql.shuffle.partitions": "32",
        # Without a file of checksums beside each.
        "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    }


def schema_of(columns: Mapping[str, str]) -> str:
    """The columns of a model's contract as Spark's DDL."""
    return ", ".join(f"{name} {_TYPES[kind]}" for name, kind in columns.items())
