"""The arguments of a simulation, and the streams of chance that follow from its seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from ingest.simulator.prompts import SimulatedPrompt
from schema.errors import PromptoryError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MS_A_SECOND = 1_000
MS_A_DAY = 86_400_000
NONE = -1
"""Stands in a column of codes where there is no value."""

WEEKDAY_RHYTHM = (1.10, 1.15, 1.12, 1.08, 0.98, 0.72, 0.68)  # Monday first
GROWTH = (0.7, 1.3)


class Format(StrEnum):
    """How the files of activity are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Stream(IntEnum):
    """What a stream of chance is for; each has its own, so that none depends on how much another used."""

    PEOPLE = 0
    LIBRARY = 1
    PLANS = 2
    DAY = 3


@dataclass(frozen=True, slots=True)
class Simulation:
    """Arguments of a simulation of the `days` UTC days up to and including `last_day`.

    Raises:
        PromptoryError: the arguments contradict each other.
    """

    prompts: Sequence[SimulatedPrompt]
    last_day: date
    days: int = 90
    users: int = 600
    events_a_day: int = 1_300
    seed: int = 20260101
    format: Format = Format.JSONL
    gzip: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not self.prompts:
            raise PromptoryError("A simulation needs at least one prompt that people can look at.")
        if self.gzip and self.format is Format.PARQUET:
            raise PromptoryError("Parquet files are compressed already; leave out --gzip.")
        if self.last_day.toordinal() - self.days < date(2001, 1, 1).toordinal():
            raise PromptoryError("The simulated days must lie after the year 2000; choose a later --last-day.")

    @property
    def first_day(self) -> date:
        """The first simulated day."""
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def end(self) -> datetime:
        """The moment at which the last day is over."""
        return midnight(self.last_day + timedelta(days=1))

    def day(self, offset: int) -> date:
        """The day `offset` days after the first."""
        return self.first_day + timedelta(days=offset)

    def events_by_day(self) -> list[float]:
        """How many events each day should have: more and more, fewer at weekends, `events_a_day` on average."""
        growth = np.linspace(*GROWTH, self.days) if self.days > 1 else np.ones(1)
        factors = growth * [WEEKDAY_RHYTHM[self.day(n).weekday()] for n in range(self.days)]
        by_day: list[float] = (self.events_a_day * factors / factors.mean()).tolist()
        return by_day

    def random(self, stream: Stream, offset: int = 0) -> np.random.Generator:
        """A stream of chance of its own."""
        return np.random.default_rng([self.seed, stream, offset])


def midnight(day: date) -> datetime:
    """The moment at which a UTC day begins."""
    return datetime.combine(day, time(), UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * MS_A_SECOND)
