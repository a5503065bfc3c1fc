"""What people did before a moment, as Spark computed it by day: so much of it as a measurement of that moment needs."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.spark.derived import Marker, parts_of, read_rows
from schema.errors import PromptoryError

Ids = NDArray[np.int64]

USES, VIEWER_DAYS = "uses_of_days", "int_prompt_viewer_days"


class History:
    """The days before `until` of what lies in the folder `derived`; memory grows with people and prompts only.

    Raises:
        PromptoryError: by any method: a file of a day is lost or damaged, or Spark has computed nothing yet.
    """

    def __init__(self, derived: str, until: date) -> None:
        self._derived = derived
        self._until = until

    def count(self) -> int:
        """How often a person viewed or copied a prompt on a day."""
        return sum(rows.num_rows for rows in self._prompts_of_days())

    def sample(self, people: Ids | None, known: Ids) -> Iterator[pa.RecordBatch]:
        """Which prompts people used on which day: user_id, prompt_id, is_copied, activity_date.

        All that `people` did (None: everybody), one row of each prompt that anybody used, and one of each of the
        `known` who did anything: whether there is a row answers for them as all rows would.
        """
        seen_prompts, seen_people = np.array([], np.int64), np.array([], np.int64)
        for rows in self._prompts_of_days():
            users, prompts = (rows[name].to_numpy(zero_copy_only=False) for name in ("user_id", "prompt_id"))
            if people is None:
                yield rows
                continue
            kept = np.isin(users, people)
            kept[_firsts(prompts, seen_prompts)] = True
            kept[_firsts(np.where(np.isin(users, known), users, -1), np.append(seen_people, -1))] = True
            seen_prompts = np.union1d(seen_prompts, prompts)
            seen_people = np.union1d(seen_people, users[np.isin(users, known)])
            yield rows.filter(pa.array(kept))

    def newest_uses(self, people: Ids, most: int) -> Iterator[pa.RecordBatch]:
        """The newest views and copies of people, at least `most` of each person who has as many, and few more.

        Columns user_id, event_type, prompt_id, used_at.
        """
        found: dict[int, int] = {}
        for part in reversed(self._parts(USES)):
            for rows in read_rows(part.files, ["user_id", "event_type", "prompt_id", "used_at"]):
                kept = rows.filter(pc.is_in(rows["user_id"], pa.array(people)))
                if kept.num_rows:
                    yield kept
                for one in pc.value_counts(kept["user_id"]).to_pylist():
                    found[one["values"]] = found.get(one["values"], 0) + one["counts"]
            people = np.array([person for person in people if found.get(person, 0) < most], np.int64)
            if not len(people):
                return

    def _prompts_of_days(self) -> Iterator[pa.RecordBatch]:
        columns = ["user_id", "prompt_id", "views", "copies", "activity_date"]
        for part in self._parts(VIEWER_DAYS):
            for rows in read_rows(part.files, columns):
                is_copied = pc.greater(rows["copies"], 0)
                used = rows.filter(
                    pc.and_(pc.is_valid(rows["user_id"]), pc.or_(is_copied, pc.greater(rows["views"], 0)))
                )
                yield pa.record_batch(
                    {
                        "user_id": used["user_id"],
                        "prompt_id": used["prompt_id"],
                        "is_copied": pc.greater(used["copies"], 0),
                        "activity_date": used["activity_date"],
                    }
                )

    def _parts(self, model: str) -> list[Marker]:
        found = parts_of(self._derived, model)
        if not found:
            raise PromptoryError(f"Spark has not computed {model} yet; run promptory refresh first.")
        return [marker for day, marker in found.items() if day < str(self._until)]


def _firsts(values: Ids, seen: Ids) -> NDArray[np.intp]:
    """Where each value that was not seen before stands first."""
    different, places = np.unique(values, return_index=True)
    return places[~np.isin(different, seen)]
