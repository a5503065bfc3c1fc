"""How events reach the files: nearly all on their day, some days late, some twice."""

import numpy as np

from ingest.simulator.events import Events

LATE = 0.01
AGAIN = 0.005
LATEST_DAYS = 6


class Delivery:
    """Holds back what comes late."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._held: dict[int, list[Events]] = {}

    def due(self, day: int) -> list[Events]:
        """What happened or was sent before, and arrives on this day."""
        return self._held.pop(day, [])

    def on_time(self, events: Events, day: int, random: np.random.Generator) -> Events:
        """Those of a day's events that arrive on the day; the others are held back, and some are sent again."""
        count = len(events)
        last = self._days - 1 - day
        lag = np.where(random.random(count) < LATE, random.integers(1, LATEST_DAYS + 1, count), 0)
        again = np.flatnonzero(random.random(count) < AGAIN)
        second = lag[again] + random.integers(0, 2, len(again))
        rows = np.concatenate([np.arange(count), again])
        # Nothing comes after the last day: what would is in its file.
        lags = np.minimum(np.concatenate([lag, second]), last)
        for later in np.unique(lags[lags > 0]).tolist():
            self._held.setdefault(day + later, []).append(events.take(rows[lags == later]))
        return events.take(rows[lags == 0])
