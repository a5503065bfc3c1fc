"""Who has Pro when, for many people and moments at once."""

from array import array

import numpy as np

from ingest.simulator.billing import Span
from ingest.simulator.simulation import Flags, Ints, milliseconds

_FOR_EVER = 2**62
_MOMENTS = 2**43
"""More than any moment in milliseconds: a person's number times this, plus a moment, keeps both in order."""


class ProTimes:
    """When each person has Pro: what spans leave behind, in little memory."""

    def __init__(self) -> None:
        self._people, self._starts, self._ends = array("q"), array("q"), array("q")
        self._first_people, self._first_starts = array("q"), array("q")
        self._subscription = ""

    def add(self, span: Span) -> None:
        """Remember a span; those of a person come in order of time."""
        start = milliseconds(span.started_at)
        self._people.append(span.person)
        self._starts.append(start)
        self._ends.append(milliseconds(span.ended_at) if span.ended_at else _FOR_EVER)
        if span.subscription_id != self._subscription:
            self._subscription = span.subscription_id
            self._first_people.append(span.person)
            self._first_starts.append(start)

    def __len__(self) -> int:
        """How many spans."""
        return len(self._people)

    def covers(self, people: Ints, moments: Ints) -> Flags:
        """Whether each person has Pro at the moment that stands beside it."""
        if not self._people:
            return np.zeros(len(people), np.bool_)
        owners, starts, ends = (np.frombuffer(column, np.int64) for column in (self._people, self._starts, self._ends))
        last = np.searchsorted(owners * _MOMENTS + starts, people * _MOMENTS + moments, side="right") - 1
        found = np.maximum(last, 0)
        covered: Flags = (last >= 0) & (owners[found] == people) & (moments < ends[found])
        return covered

    def subscribed(self) -> tuple[Ints, Ints]:
        """Everybody who began a subscription, and when; those who came back several times."""
        return np.array(self._first_people, np.int64), np.array(self._first_starts, np.int64)
