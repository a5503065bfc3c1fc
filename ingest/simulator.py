"""A simulated application: accounts, activity and billing as the files that a real one would drop.

Seeded and deterministic: the same arguments write the same bytes. Popularity is heavy-tailed (Zipf), people have
tastes (tags and a language), days have a weekly and an hourly rhythm, people sign up, try, pay, change plan and leave.
"""

import csv
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEEKDAY_RHYTHM = (1.10, 1.15, 1.12, 1.08, 0.98, 0.72, 0.68)  # Monday first
HOUR_RHYTHM = np.array(
    [2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 18, 15, 17, 19, 18, 16, 14, 12, 13, 14, 12, 8, 4], dtype=float
)
TRIAL_DAYS = 14
SPAN_COLUMNS = (
    *("subscription_id", "user_id", "plan", "status", "started_at", "current_period_end", "canceled_at", "ended_at"),
    *("amount", "currency", "billing_interval"),
)
MONTHLY_PRICE, YEARLY_PRICE = "12.00", "120.00"


@dataclass(frozen=True, slots=True)
class SimulatedPrompt:
    """What the simulator needs to know of a prompt; `key` is `collection/key`."""

    key: str
    title: str
    tags: tuple[str, ...]
    language: str | None
    is_pro: bool


@dataclass(frozen=True, slots=True)
class Simulation:
    """Arguments of a simulation of the `days` days up to and including `last_day`."""

    prompts: Sequence[SimulatedPrompt]
    last_day: date
    days: int = 90
    people: int = 600
    visits_a_day: int = 320
    seed: int = 20260101

    @property
    def first_day(self) -> date:
        """The first simulated day."""
        return self.last_day - timedelta(days=self.days - 1)


def simulate(simulation: Simulation, landing: Path) -> None:
    """Write `users/users.jsonl`, `activity/<day>.jsonl` for each day and `subscriptions/subscriptions.csv`."""
    random = np.random.default_rng(simulation.seed)
    people = _People.born(simulation, random)
    spans = [span for person in range(simulation.people) for span in _spans(simulation, people, person, random)]
    _write_lines(landing / "users" / "users.jsonl", people.accounts())
    _write_spans(landing / "subscriptions" / "subscriptions.csv", spans)
    library = _Library(simulation.prompts, random)
    liked: set[tuple[int, int]] = set()
    for offset in range(simulation.days):
        day = simulation.first_day + timedelta(days=offset)
        events = _events_of_day(simulation, people, library, spans, liked, day, random)
        _write_lines(landing / "activity" / f"{day}.jsonl", events)


@dataclass(frozen=True, slots=True)
class _Span:
    subscription_id: str
    person: int
    plan: str
    status: str
    started_at: datetime
    current_period_end: datetime
    canceled_at: datetime | None
    ended_at: datetime | None
    amount: str
    interval: str

    def covers(self, moment: datetime) -> bool:
        return self.started_at <= moment and (self.ended_at is None or moment < self.ended_at)

    def record(self) -> dict[str, str]:
        moments = {
            "started_at": self.started_at,
            "current_period_end": self.current_period_end,
            "canceled_at": self.canceled_at,
            "ended_at": self.ended_at,
        }
        written = {name: moment.isoformat(timespec="seconds") if moment else "" for name, moment in moments.items()}
        return written | {
            "subscription_id": self.subscription_id,
            "user_id": _user_id(self.person),
            "plan": self.plan,
            "status": self.status,
            "amount": self.amount,
            "currency": "USD",
            "billing_interval": self.interval,
        }


@dataclass(frozen=True, slots=True)
class _People:
    signed_up: list[datetime]
    eagerness: Floats
    favourite_tags: list[frozenset[str]]
    languages: list[str]

    @classmethod
    def born(cls, simulation: Simulation, random: np.random.Generator) -> "_People":
        tags = sorted({tag for prompt in simulation.prompts for tag in prompt.tags})
        # Two fifths were there before; the others come at a slowly growing rate.
        offsets = np.sort(
            np.where(
                random.random(simulation.people) < 0.4,
                -random.exponential(60, simulation.people),
                simulation.days * random.random(simulation.people) ** 0.8,
            )
        )
        midnight = datetime.combine(simulation.first_day, time(), UTC)
        return cls(
            signed_up=[(midnight + timedelta(days=float(offset))).replace(microsecond=0) for offset in offsets],
            eagerness=random.lognormal(0, 1.1, simulation.people),
            favourite_tags=[
                frozenset(random.choice(tags, size=min(len(tags), int(random.integers(1, 4))), replace=False).tolist())
                for _ in range(simulation.people)
            ],
            languages=["ko" if random.random() < 0.45 else "en" for _ in range(simulation.people)],
        )

    def accounts(self) -> Iterator[dict[str, Any]]:
        for person, moment in enumerate(self.signed_up):
            yield {
                "user_id": _user_id(person),
                "email": f"reader{person:05d}@example.com",
                "name": f"Reader {person:05d}",
                "created_at": moment.isoformat(),
            }


class _Library:
    """Prompts with their popularity, as arrays for weighted choice."""

    def __init__(self, prompts: Sequence[SimulatedPrompt], random: np.random.Generator) -> None:
        self.prompts = prompts
        ranks = random.permutation(len(prompts)) + 1
        self.popularity: Floats = np.power(ranks.astype(np.float64), -0.9)
        self._weights: dict[tuple[frozenset[str], str], Floats] = {}

    def weights(self, favourites: frozenset[str], language: str) -> Floats:
        """Chances of each prompt for someone with these tastes; they add up to one."""
        if (favourites, language) not in self._weights:
            taste = np.array([1.0 + 5.0 * len(favourites & set(prompt.tags)) for prompt in self.prompts])
            tongue = np.array([1.0 if prompt.language in (language, None) else 0.15 for prompt in self.prompts])
            weights = self.popularity * taste * tongue
            self._weights[favourites, language] = weights / weights.sum()
        return self._weights[favourites, language]


def _spans(simulation: Simulation, people: _People, person: int, random: np.random.Generator) -> Iterator[_Span]:
    """One person's billing history up to the end of the last day."""
    end = datetime.combine(simulation.last_day + timedelta(days=1), time(), UTC)
    if random.random() > 0.30:
        return
    moment = people.signed_up[person] + timedelta(days=float(random.exponential(12)))
    subscription_id = f"sub_{simulation.seed}_{person:05d}"
    yearly = random.random() < 0.25
    if random.random() < 0.8:
        trial_end = moment + timedelta(days=TRIAL_DAYS)
        stays = random.random() < 0.55
        if moment >= end:
            return
        known = trial_end < end
        canceled = trial_end - timedelta(days=2) if not stays else None
        yield _span(
            subscription_id,
            person,
            yearly,
            "TRIALING",
            moment,
            trial_end,
            canceled_at=canceled if canceled and canceled < end else None,
            ended_at=trial_end if known else None,
        )
        if not stays or not known:
            return
        moment = trial_end
    while moment < end:
        length = timedelta(days=365 if yearly else 30)
        renewals = int(random.geometric(0.25 if yearly else 0.09))
        last_period_end = moment + length * renewals
        if last_period_end >= end:
            periods = (end - moment) // length + 1
            leaving = last_period_end - timedelta(days=6) if periods == renewals else None
            yield _span(
                subscription_id,
                person,
                yearly,
                "ACTIVE",
                moment,
                moment + length * periods,
                canceled_at=leaving if leaving and leaving < end else None,
            )
            return
        moves_up = not yearly and random.random() < 0.35
        yield _span(
            subscription_id,
            person,
            yearly,
            "ACTIVE",
            moment,
            last_period_end,
            canceled_at=None if moves_up else last_period_end - timedelta(days=6),
            ended_at=last_period_end,
        )
        moment = last_period_end
        if moves_up:
            yearly = True
            continue
        if random.random() > 0.25:
            return
        moment += timedelta(days=float(random.exponential(20)) + 3)
        subscription_id += "r"


def _span(
    subscription_id: str,
    person: int,
    yearly: bool,
    status: str,
    started_at: datetime,
    period_end: datetime,
    canceled_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> _Span:
    return _Span(
        subscription_id, person, "PRO_YEARLY" if yearly else "PRO_MONTHLY", status, started_at, period_end,
        canceled_at, ended_at, YEARLY_PRICE if yearly else MONTHLY_PRICE, "YEAR" if yearly else "MONTH",
    )  # fmt: skip


def _events_of_day(
    simulation: Simulation,
    people: _People,
    library: _Library,
    spans: list[_Span],
    liked: set[tuple[int, int]],
    day: date,
    random: np.random.Generator,
) -> list[dict[str, Any]]:
    midnight = datetime.combine(day, time(), UTC)
    here = [person for person, moment in enumerate(people.signed_up) if moment < midnight]
    pro = {span.person for span in spans if span.covers(midnight)}
    growth = 0.7 + 0.6 * (day - simulation.first_day).days / max(simulation.days, 1)
    visits = int(random.poisson(simulation.visits_a_day * growth * WEEKDAY_RHYTHM[day.weekday()]))
    chances = people.eagerness[here] / people.eagerness[here].sum() if here else None
    hours = random.choice(24, size=visits, p=HOUR_RHYTHM / HOUR_RHYTHM.sum())
    events: list[dict[str, Any]] = []
    for visit in range(visits):
        person = int(random.choice(here, p=chances)) if here and random.random() < 0.85 else None
        moment = midnight + timedelta(hours=int(hours[visit]), seconds=int(random.integers(0, 3600)))
        clock = _Visit(events, person, moment, random, midnight + timedelta(days=1))
        _visit(people, library, person in pro, liked, clock)
    events.sort(key=lambda event: (event["occurred_at"], event["event_id"]))
    return events


@dataclass(slots=True)
class _Visit:
    """One visit: writes its events some seconds apart, within its day."""

    events: list[dict[str, Any]]
    person: int | None
    moment: datetime
    random: np.random.Generator
    midnight: datetime

    def does(self, event_type: str, **fields: object) -> None:
        self.moment = min(
            self.moment + timedelta(seconds=float(self.random.exponential(25)) + 1),
            self.midnight - timedelta(seconds=1),
        )
        event = {
            "event_id": str(uuid.UUID(bytes=self.random.bytes(16), version=4)),
            "occurred_at": self.moment.isoformat(timespec="milliseconds"),
            "event_type": event_type,
            "user_id": None if self.person is None else _user_id(self.person),
        }
        self.events.append(event | fields)


def _visit(people: _People, library: _Library, is_pro: bool, liked: set[tuple[int, int]], visit: _Visit) -> None:
    random, person = visit.random, visit.person
    favourites = people.favourite_tags[person] if person is not None else frozenset[str]()
    weights = library.weights(favourites, people.languages[person] if person is not None else "en")
    if person is not None and random.random() < 0.3:
        visit.does("sign_in")
    if random.random() < 0.35:
        wanted = library.prompts[int(random.choice(len(weights), p=weights))]
        found = random.random() < 0.9
        query = random.choice([wanted.title, *wanted.tags]) if found else f"{wanted.title.split()[0]} xyz"
        visit.does("search", query=str(query), result_count=int(random.integers(1, 40)) if found else 0)
    for position in range(1, int(random.geometric(0.4)) + 1):
        chosen = int(random.choice(len(weights), p=weights))
        prompt = library.prompts[chosen]
        visit.does("view", prompt_key=prompt.key, position=position)
        if prompt.is_pro and not is_pro:
            visit.does("paywall_view", prompt_key=prompt.key)
            continue
        if random.random() < 0.24:
            visit.does("copy", prompt_key=prompt.key)
        if person is None:
            continue
        affinity = 0.07 + 0.11 * len(favourites & set(prompt.tags))
        if (person, chosen) not in liked and random.random() < affinity:
            visit.does("like", prompt_key=prompt.key)
            liked.add((person, chosen))
        elif (person, chosen) in liked and random.random() < 0.02:
            visit.does("unlike", prompt_key=prompt.key)
            liked.discard((person, chosen))
        if random.random() < 0.02:
            visit.does("share", prompt_key=prompt.key)


def _user_id(person: int) -> str:
    return f"u-{person:05d}"


def _write_lines(path: Path, records: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _write_spans(path: Path, spans: list[_Span]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, SPAN_COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(span.record() for span in spans)
