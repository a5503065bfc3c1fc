"""Which models are computed when: by day, from the events of the day alone, or from all days together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString

from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.plan import EVENTS
from orchestration.spark.render import Model, needed_for, rendered_models

DAYS = "int_activity_days"
"""The table that says which days are loaded, at which revision."""
SIGNALS = "int_person_signals"
LIKES = "library_user_prompt_likes"
NEIGHBOURS = "prompt_neighbour_lists"


@dataclass(frozen=True, slots=True)
class Parts:
    """What says which parts of a model there are to be, and which of them are to be computed anew.

    A part is up to date where the model's table has a row with the same `keys`, the first of which names it.
    """

    relation: LiteralString
    keys: tuple[LiteralString, ...]
    which: LiteralString = "TRUE"
    """Of the relation's rows, `source`, those that are its parts."""
    is_counted: LiteralString = "TRUE"
    """Of the parts, those that can be computed; the others stay as they are."""


PARTS = {
    "int_tag_days": Parts("int_tagged_days", ("activity_date", "revision", "tagging")),
    "int_shown_days": Parts(
        "int_followed_days", ("activity_date", "revision"), is_counted="source.events_dropped_at IS NULL"
    ),
    "int_prompt_weeks": Parts("int_viewer_periods", ("period_date", "revision"), "source.period = 'week'"),
    "int_creator_prompt_months": Parts("int_viewer_periods", ("period_date", "revision"), "source.period = 'month'"),
}
"""Models in parts that depend on more than the events of a day."""


def day_models() -> dict[str, Model]:
    """The models of which a day depends on nothing but its events, and on what the library holds now."""
    return {
        name: one for name, one in rendered_models().items() if one.partition == "activity_date" and name not in PARTS
    }


def state_models() -> dict[str, Model]:
    """The models that are computed of all days together."""
    by_day = day_models()
    return {
        name: one
        for name, one in rendered_models().items()
        if name not in by_day and name != DAYS and (not one.is_view or name == SIGNALS)
    }


def relations_read(models: Iterable[str], by_job: Iterable[str] = ()) -> set[str]:
    """The relations that models read but for what the same job computes: extracts, events, models by day."""
    given = {*EXTRACTS, EVENTS, *by_job} - set(models)
    needed = needed_for(models, rendered_models(), given)
    computed = {one.name for one in needed}
    return {name for one in needed for name in one.inputs if name not in computed}
