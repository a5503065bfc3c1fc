"""Who visits on a day, and when."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.simulator.access import ProTimes
from ingest.simulator.events import nothing
from ingest.simulator.library import Shelf
from ingest.simulator.people import KOREAN, TASTES, People
from ingest.simulator.simulation import (
    MS_A_DAY,
    WEEKDAY_RHYTHM,
    Flags,
    Floats,
    Ints,
    Simulation,
    Stream,
    midnight,
    milliseconds,
)

HOUR_RHYTHM = np.array([2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 18, 15, 17, 19, 18, 16, 14, 12, 13, 14, 12, 8, 4], float)
MS_AN_HOUR = MS_A_DAY // 24
SIGNED_IN = 0.70
MOST_VISITS_EACH = 6
BY_CREATORS = 0.015
SEES_A_PAYWALL_FIRST = 0.6
PLANNED_AT_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Visits:
    """Columns of equal length, one entry a visit, in order of time.

    `user` counts people, then creators; `NONE` is somebody who is not signed in. `row` is the row of the shelf that
    they choose from. A first visit begins with signing up; a tempted one looks for what only Pro gives.
    """

    start: Ints
    user: Ints
    taste: Ints
    is_korean: Flags
    row: Ints
    keenness: Floats
    is_first: Flags
    is_tempted: Flags

    def __len__(self) -> int:
        """How many visits."""
        return len(self.start)

    @property
    def is_creator(self) -> Flags:
        """Whether the visitor wrote prompts of the library."""
        return self.row >= Shelf.CREATORS


class Visitors:
    """People, creators and passers-by, and the visits that must come: a sign-up, and a look before subscribing."""

    def __init__(self, simulation: Simulation, people: People, pro: ProTimes, creators: int) -> None:
        self._simulation, self._people, self._pro, self._creators = simulation, people, pro, creators
        random = simulation.random(Stream.PLANS)
        subscribers, moments = pro.subscribed()
        before = moments - random.integers(2 * 60_000, 20 * 60_000, len(moments))
        looks = (before > people.signed_up[subscribers]) & (random.random(len(moments)) < SEES_A_PAYWALL_FIRST)
        starts = np.concatenate([people.signed_up, before[looks]])
        order = np.argsort(starts, kind="stable")
        self._planned_starts = starts[order]
        self._planned_users = np.concatenate([np.arange(len(people)), subscribers[looks]])[order]
        self._planned_firsts: Flags = (np.arange(len(starts)) < len(people))[order]
        self._present: Ints = np.zeros(0, np.int64)
        self._shares: Floats = np.zeros(0)

    def open_day(self, offset: int, random: np.random.Generator) -> None:
        """Decide who comes on the day with this number."""
        people, day = self._people, self._simulation.day(offset)
        begins = milliseconds(midnight(day))
        is_pro = self._pro.covers(np.arange(len(people)), np.full(len(people), begins))
        chances = people.chance_of_coming(begins, is_pro) * WEEKDAY_RHYTHM[day.weekday()]
        self._present = np.flatnonzero(random.random(len(people)) < chances)
        sums = np.cumsum(people.eagerness[self._present])
        self._shares = sums / sums[-1:]

    def between(self, start: int, hours: Ints, count: int, random: np.random.Generator) -> Visits:
        """About `count` visits in these hours of the day that begins at `start`, planned ones first."""
        planned = self._planned(
            start + int(hours[0]) * MS_AN_HOUR, start + (int(hours[-1]) + 1) * MS_AN_HOUR, count, random
        )
        free = max(count - len(planned), 0)
        rhythm = HOUR_RHYTHM[hours]
        hour = random.choice(hours, free, p=rhythm / rhythm.sum())
        kind, creator = random.random(free), random.integers(0, max(self._creators, 1), free)
        # Where few people come, passers-by make up the number: nobody visits from morning to night.
        room = MOST_VISITS_EACH * len(self._present) * rhythm.sum() / HOUR_RHYTHM.sum()
        signed_in = np.flatnonzero(kind < min(SIGNED_IN, room / max(count, 1)))
        users = nothing(free)
        users[signed_in] = self._present[np.searchsorted(self._shares, random.random(len(signed_in)))]
        by_creator = (kind > 1 - BY_CREATORS) & (self._creators > 0)
        users = np.where(by_creator, len(self._people) + creator, users)
        starts = start + hour * MS_AN_HOUR + random.integers(0, MS_AN_HOUR, free)
        return self._visits(np.concatenate([self._planned_starts[planned], starts]), users, planned, random)

    def _planned(self, start: int, end: int, count: int, random: np.random.Generator) -> Ints:
        """Numbers of the planned visits in a time; a part of them where they would leave hardly any others."""
        first, last = np.searchsorted(self._planned_starts, [start, end])
        planned = np.arange(first, last)
        room = max(1, int(count * PLANNED_AT_MOST))
        return planned if len(planned) <= room else np.sort(random.choice(planned, room, replace=False))

    def _visits(self, starts: Ints, free_users: Ints, planned: Ints, random: np.random.Generator) -> Visits:
        people, count = self._people, len(starts)
        users = np.concatenate([self._planned_users[planned], free_users])
        is_first = np.zeros(count, np.bool_)
        is_first[: len(planned)] = self._planned_firsts[planned]
        is_tempted = (np.arange(count) < len(planned)) & ~is_first
        is_person, is_creator = (users >= 0) & (users < len(people)), users >= len(people)
        known = np.where(is_person, users, 0)
        taste = np.where(is_person, people.taste[known], random.integers(0, TASTES, count))
        is_korean = np.where(is_person, people.is_korean[known], random.random(count) < KOREAN)
        row = taste + TASTES * is_korean
        row = np.where(is_creator, Shelf.CREATORS + users - len(people), row)
        keenness = np.where(is_person, people.keenness[known], 1.0)
        order = np.argsort(starts, kind="stable")
        columns: tuple[Any, ...] = (starts, users, taste, is_korean, row, keenness, is_first, is_tempted)
        return Visits(*(column[order] for column in columns))

    def have_pro(self, visits: Visits) -> Flags:
        """Who of them no paywall stops: people who pay or try, and creators."""
        return self._pro.covers(visits.user, visits.start) | visits.is_creator
