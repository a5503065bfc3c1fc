"""The texts that Spark runs: dbt's models that are tagged `lake`, with the views they read, and our own beside them."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from orchestration.lib.dbt_project import PROJECT_DIR, dbt_command, last_line, project_files
from orchestration.lib.neighbours import NEIGHBOURS_PER_PROMPT, POPULARITY_EXPONENT
from schema.errors import PromptoryError
from schema.repository.recent_uses import USES_KEPT

RENDERED = PROJECT_DIR / "target" / "spark.json"
_OURS = Path(__file__).parent

Partition = Literal["activity_date", "period_date"]


@dataclass(frozen=True, slots=True)
class Model:
    """A relation that Spark computes, or a view that it reads."""

    name: str
    """As the texts call it: a model by its name, a table of the library as `library_users`."""
    text: str
    """Spark SQL."""
    inputs: tuple[str, ...]
    """The relations that the text reads."""
    is_view: bool = False
    partition: Partition | None = None
    """The column by whose values it is computed anew and committed; None where it is replaced as a whole."""
    is_loaded: bool = False
    """Whether its table in PostgreSQL is filled with it."""
    columns: Mapping[str, str] | None = None
    """Of a table of dbt's: PostgreSQL's types by column, as its contract has them."""
    indexes: tuple[Mapping[str, Any], ...] = ()
    """The indexes of its table: `columns`, and whether it is `unique`."""


def rendered_models() -> dict[str, Model]:
    """All models by name, in an order in which each follows what it reads; dbt's are rendered anew where they changed.

    Raises:
        PromptoryError: dbt cannot compile the project.
    """
    return _models(_fingerprint())


def needed_for(names: Iterable[str], models: Mapping[str, Model], given: Iterable[str]) -> list[Model]:
    """The chosen models and the views below them, in order; what is `given` is read and needs no text.

    Raises:
        KeyError: a chosen model, or a relation that one reads, is neither given nor known.
    """
    wanted = set(names)
    unread = set(given) - wanted
    to_see = list(wanted)
    while to_see:
        for name in models[to_see.pop()].inputs:
            if name in unread or name in wanted:
                continue
            if name not in models or not models[name].is_view:
                raise KeyError(name)
            wanted.add(name)
            to_see.append(name)
    return [model for model in models.values() if model.name in wanted]


def _fingerprint() -> str:
    """What the texts are made of, as one hash: times of files say little, as an image or an archive has any."""
    told = sha256()
    for path in (*project_files(), *sorted(_OURS.glob("*.sql")), Path(__file__)):
        told.update(f"{path} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()


@lru_cache(maxsize=1)
def _models(fingerprint: str) -> dict[str, Model]:
    listed = _kept(fingerprint)
    if listed is None:
        listed = [asdict(model) for model in _compiled()]
        _keep(fingerprint, listed)
    found = [Model(**one | {"inputs": tuple(one["inputs"]), "indexes": tuple(one["indexes"])}) for one in listed]
    return _in_order([*found, *_own_models()])


def _kept(fingerprint: str) -> list[dict[str, Any]] | None:
    try:
        kept = json.loads(RENDERED.read_text(encoding="utf-8"))
    except OSError:
        return None
    return list(kept["models"]) if kept["of"] == fingerprint else None


def _keep(fingerprint: str, models: list[dict[str, Any]]) -> None:
    """Put what was rendered in place as a whole, as several processes may; where none can write, each renders anew."""
    with suppress(OSError):
        RENDERED.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=RENDERED.parent, prefix="render-") as aside:
            Path(aside, RENDERED.name).write_text(json.dumps({"of": fingerprint, "models": models}), encoding="utf-8")
            Path(aside, RENDERED.name).replace(RENDERED)


def _in_order(models: list[Model]) -> dict[str, Model]:
    by_name = {model.name: model for model in models}
    order = TopologicalSorter({model.name: model.inputs for model in sorted(models, key=lambda one: one.name)})
    return {name: by_name[name] for name in order.static_order() if name in by_name}


def _own_models() -> list[Model]:
    """What dbt has no model of: likes, which the load itself keeps in PostgreSQL, neighbours, and newest uses."""
    neighbours = _own_text("neighbours").format(
        popularity_exponent=POPULARITY_EXPONENT, neighbours_per_prompt=NEIGHBOURS_PER_PROMPT
    )
    people_and_prompts = ("stg_library__users", "library_prompts")
    return [
        Model(
            name="likes_of_days",
            text=_own_text("likes_of_days"),
            inputs=("int_activity_days", "library_activity_events"),
            partition="activity_date",
        ),
        Model(
            name="library_user_prompt_likes",
            text=_own_text("likes"),
            inputs=("likes_of_days", "known_likes", *people_and_prompts),
            is_loaded=True,
        ),
        Model(name="prompt_neighbour_lists", text=neighbours, inputs=("int_person_signals",), is_loaded=True),
        Model(
            name="uses_of_days",
            text=_own_text("uses_of_days").format(uses_kept=USES_KEPT),
            inputs=("int_activity_days", "library_activity_events"),
            partition="activity_date",
        ),
        Model(
            name="library_recent_uses",
            text=_own_text("recent_uses").format(uses_kept=USES_KEPT),
            inputs=("uses_of_days", "library_activity_days", *people_and_prompts),
            is_loaded=True,
        ),
    ]


def _own_text(name: str) -> str:
    return (_OURS / f"{name}.sql").read_text(encoding="utf-8")


def _compiled() -> list[Model]:
    """The project's models as dbt compiles them for Spark, which asks no database."""
    with TemporaryDirectory() as aside:
        done = subprocess.run(
            dbt_command(
                *("compile", "--quiet", "--no-introspect", "--no-populate-cache", "--vars", "engine: spark"),
                *("--select", "tag:lake", "+tag:lake,config.materialized:view"),
                *("--target-path", aside, "--log-path", aside),
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PromptoryError(f"dbt could not render the models for Spark: {last_line(done.stdout + done.stderr)}")
        manifest = json.loads(Path(aside, "manifest.json").read_text(encoding="utf-8"))
    compiled = (node for node in manifest["nodes"].values() if node.get("compiled_code"))
    return [_model(node, manifest) for node in compiled if node["resource_type"] == "model"]


def _model(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Model:
    read = [(manifest["nodes"] | manifest["sources"])[key] for key in node["depends_on"]["nodes"]]
    names = {one["relation_name"]: _name(one) for one in read}
    text = node["compiled_code"]
    # Each is quoted as a whole: no name is the beginning of another.
    for relation, name in names.items():
        text = text.replace(relation, name)
    if '"' in text:
        # In Spark, it would be the beginning of a text.
        raise PromptoryError(f"{node['name']} cannot be rendered for Spark: it quotes a name.")
    config = node["config"]
    columns = {name: column["data_type"] for name, column in node["columns"].items() if column["data_type"]}
    is_by_part = config["materialized"] == "incremental" and config["incremental_strategy"] == "append"
    parts: tuple[Partition, ...] = ("activity_date", "period_date")
    return Model(
        name=node["name"],
        text=text.strip() + "\n",
        inputs=tuple(sorted(set(names.values()))),
        is_view=config["materialized"] == "view",
        partition=next((part for part in parts if part in columns), None) if is_by_part else None,
        is_loaded="lake" in config["tags"] and not {"lake_only", "lake_days"} & set(config["tags"]),
        columns=columns if config["materialized"] != "view" else None,
        indexes=tuple(config.get("indexes") or ()),
    )


def _name(node: Mapping[str, Any]) -> str:
    """What a model or a source is called in the texts."""
    return f"{node['source_name']}_{node['name']}" if node["resource_type"] == "source" else str(node["name"])
