"""People with accounts: when they signed up, what they like, and how their habit of coming back fades."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ingest.simulator.simulation import (
    MS_A_DAY,
    MS_A_SECOND,
    Flags,
    Floats,
    Ints,
    Simulation,
    Stream,
    midnight,
    milliseconds,
)

TASTES = 24
THERE_BEFORE = 0.4
KOREAN = 0.45
NEVER_LOYAL = 0.45
ONLOOKERS = 0.35
PRO_LOYALTY = 0.6


@dataclass(frozen=True, slots=True)
class People:
    """Everybody with an account, in the order of signing up; one entry a person in each array."""

    signed_up: Ints
    """Milliseconds since 1970."""
    eagerness: Floats
    """Visits that somebody would make on a day while the site is new to them."""
    loyalty: Floats
    """The share of that eagerness which is left in the long run."""
    fading_days: Floats
    keenness: Floats
    """How much more than others somebody copies and likes; onlookers hardly do."""
    taste: Ints
    """One of `TASTES` tastes."""
    is_korean: Flags

    @classmethod
    def born(cls, simulation: Simulation) -> "People":
        """Two fifths were there before the first day; the others come at a slowly growing rate."""
        random, count = simulation.random(Stream.PEOPLE), simulation.users
        before = -random.exponential(60, count)
        since = simulation.days * random.random(count) ** 0.8
        offsets = np.sort(np.where(random.random(count) < THERE_BEFORE, before, since))
        seconds = np.floor(offsets * MS_A_DAY / MS_A_SECOND).astype(np.int64)
        return cls(
            signed_up=milliseconds(midnight(simulation.first_day)) + seconds * MS_A_SECOND,
            eagerness=random.lognormal(-0.5, 0.8, count),
            loyalty=np.where(random.random(count) < NEVER_LOYAL, 0.0, random.beta(1.5, 3.0, count)),
            fading_days=random.lognormal(np.log(6), 0.6, count),
            keenness=np.where(random.random(count) < ONLOOKERS, 0.1, 1.4),
            taste=random.integers(0, TASTES, count),
            is_korean=random.random(count) < KOREAN,
        )

    def __len__(self) -> int:
        """How many people."""
        return len(self.signed_up)

    def chance_of_coming(self, midnight_ms: int, is_pro: Flags) -> Floats:
        """The chance that each comes on the day which begins then; nobody who has not signed up by then does.

        A habit fades exponentially towards what loyalty leaves of it; who pays comes back more.
        """
        age = (midnight_ms - self.signed_up) / MS_A_DAY
        loyalty = np.where(is_pro, np.maximum(self.loyalty, PRO_LOYALTY), self.loyalty)
        habit = loyalty + (1 - loyalty) * np.exp(-np.maximum(age, 0) / self.fading_days)
        return np.where(age >= 0, 1 - np.exp(-self.eagerness * habit), 0.0)

    def accounts(self) -> Iterator[str]:
        """A line of JSON a person: user_id, email, name, created_at."""
        for person, moment in enumerate(self.signed_up.tolist()):
            created_at = datetime.fromtimestamp(moment / MS_A_SECOND, UTC).isoformat()
            yield (
                f'{{"user_id": "{user_id(person)}", "email": "reader{person:05d}@example.com", '
                f'"name": "Reader {person:05d}", "created_at": "{created_at}"}}\n'
            )


def user_id(person: int) -> str:
    """The application's own id of a person."""
    return f"u-{person:05d}"
