"""A run of the simulation: the files that a real application would drop, written a day at a time."""

import csv
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.simulator.access import ProTimes
from ingest.simulator.behaviour import act
from ingest.simulator.billing import COLUMNS, histories
from ingest.simulator.bots import crawls
from ingest.simulator.delivery import Delivery
from ingest.simulator.events import Events
from ingest.simulator.library import Library
from ingest.simulator.likes import Likes
from ingest.simulator.people import People, user_id
from ingest.simulator.simulation import MS_A_DAY, Simulation, Stream, midnight, milliseconds
from ingest.simulator.visits import HOUR_RHYTHM, Visitors
from ingest.simulator.writing import Words, activity_file
from ingest.staging import Progress, no_progress

EVENTS_AT_ONCE = 100_000
EVENTS_A_VISIT = 4.0
"""At the outset; then it is what the visits so far had."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote."""

    users: int
    spans: int
    events: int


def simulate(simulation: Simulation, folder: Path, progress: Progress = no_progress) -> Written:
    """Write `users/users.jsonl`, `subscriptions/subscriptions.csv`, and `activity/<day>.<format>` for each UTC day.

    The same arguments write the same bytes. Memory holds the people, and events by the hour.
    """
    for name in ("users", "subscriptions", "activity"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    people = People.born(simulation)
    with (folder / "users" / "users.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(people.accounts())
    pro = ProTimes()
    with (folder / "subscriptions" / "subscriptions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for span in histories(simulation, people):
            table.writerow(span.record())
            pro.add(span)
    events = _write_activity(simulation, people, pro, folder / "activity", progress)
    return Written(len(people), len(pro), events)


def _write_activity(simulation: Simulation, people: People, pro: ProTimes, folder: Path, progress: Progress) -> int:
    days = _Days(simulation, people, pro)
    users = [*(user_id(person) for person in range(len(people))), *days.library.creators]
    words = Words(users, [prompt.key for prompt in simulation.prompts], days.library.queries.texts)
    ending = simulation.format + (".gz" if simulation.gzip else "")
    delivery, written = Delivery(simulation.days), 0
    for offset in range(simulation.days):
        random = simulation.random(Stream.DAY, offset)
        path = folder / f"{simulation.day(offset)}.{ending}"
        with activity_file(path, simulation.format, words) as file:
            late = delivery.due(offset)
            on_time = (delivery.on_time(events, offset, random) for events in days.events(offset, random))
            for events in itertools.chain(late, on_time):
                file.write(events)
                written += len(events)
                progress(path.name, written)
    return written


class _Days:
    """What happens, day by day, in the order of days."""

    def __init__(self, simulation: Simulation, people: People, pro: ProTimes) -> None:
        self._simulation, self._expected = simulation, simulation.events_by_day()
        self.library, self._likes = Library(simulation), Likes()
        self._visitors = Visitors(simulation, people, pro, len(self.library.creators))
        self._visits = self._events = self._sessions = 0

    def events(self, offset: int, random: np.random.Generator) -> Iterator[Events]:
        """A day's events, some hours at a time, each in order of time."""
        begins, expected = milliseconds(midnight(self._simulation.day(offset))), self._expected[offset]
        shelf, share = self.library.shelf(offset), HOUR_RHYTHM / HOUR_RHYTHM.sum()
        crawled = crawls(expected, shelf.prompts, begins, random)
        yield self._numbered(crawled)
        by_people = max(expected - len(crawled), expected / 2)
        self._visitors.open_day(offset, random)
        parts = min(math.ceil(expected / EVENTS_AT_ONCE), len(share))
        for hours in np.array_split(np.arange(len(share)), parts):
            count = random.poisson(by_people * share[hours].sum() / self._events_a_visit)
            visits = self._visitors.between(begins, hours, count, random)
            have_pro = self._visitors.have_pro(visits)
            acted = act(visits, have_pro, self.library, shelf, self._likes, begins + MS_A_DAY, random)
            self._visits, self._events = self._visits + len(visits), self._events + len(acted)
            yield self._numbered(acted)

    @property
    def _events_a_visit(self) -> float:
        """What visits had so far; at the outset a guess that weighs as much as a hundred visits."""
        return (self._events + 100 * EVENTS_A_VISIT) / (self._visits + 100)

    def _numbered(self, events: Events) -> Events:
        """The events with sessions that no others have."""
        first = self._sessions
        self._sessions += int(events.session.max(initial=-1)) + 1
        return replace(events, session=events.session + first)
