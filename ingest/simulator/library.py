"""The library as people meet it: which prompts draw them on a day."""

from collections.abc import Sequence

import numpy as np

from ingest.simulator.people import TASTES
from ingest.simulator.prompts import SimulatedPrompt
from ingest.simulator.queries import Queries
from ingest.simulator.simulation import Flags, Floats, Ints, Simulation, Stream

ZIPF = 0.95
NEW = 0.25
RISING = 0.04
CREATORS = 30
OWN = 0.75


class Library:
    """Prompts as arrays, one entry a prompt."""

    def __init__(self, simulation: Simulation) -> None:
        random, prompts = simulation.random(Stream.LIBRARY), simulation.prompts
        count, days = len(prompts), simulation.days
        self.is_pro: Flags = np.array([prompt.is_pro for prompt in prompts])
        self.tastes = _tastes(prompts, random)
        self.creators, self._own = _creators(prompts)
        self.queries = Queries(prompts)
        self._popularity = (random.permutation(count) + 1.0) ** -ZIPF
        self._appears = np.where(random.random(count) < NEW, random.random(count) * days, -np.inf)
        self._swing, self._phase = random.uniform(0.1, 0.7, count), random.uniform(0, 2 * np.pi, count)
        self._period = random.uniform(30, 240, count)
        rises = random.permutation(count) < max(1, round(count * RISING))
        self._peak = np.where(rises, random.uniform(0.1, 0.95, count) * days, np.inf)
        self._height = random.uniform(0.2, 0.8, count)
        readable = np.array([[p.language in (tongue, None) for p in prompts] for tongue in ("en", "ko")])
        # A row for each taste in English, then for each in Korean; a text in another language draws few.
        likings = (1 + 5 * self.tastes) * np.where(readable, 1.0, 0.12)[:, None, :]
        self._likings: Floats = likings.reshape(2 * TASTES, count)

    def __len__(self) -> int:
        """How many prompts."""
        return len(self._popularity)

    def shelf(self, day: int) -> "Shelf":
        """What draws people on this day: popularity drifts, a few prompts rise and fade, new ones come and are new."""
        drift = np.exp(self._swing * np.sin(2 * np.pi * day / self._period + self._phase))
        since = day - self._peak
        wave = self._height * np.exp(np.where(since < 0, since / 2.5, -since / 6))
        age = day - self._appears
        novelty = 1 + 3 * np.exp(-np.maximum(age, 0) / 7)
        draw = np.where(age < 0, 0.0, self._popularity * drift * novelty + wave)
        if not draw.any():
            draw = self._popularity
        everybody = self._likings * draw
        tempting = everybody * self.is_pro if draw[self.is_pro].any() else everybody
        return Shelf(np.concatenate([everybody, tempting, self._own_and_others(draw)]))

    def _own_and_others(self, draw: Floats) -> Floats:
        """What draws creators: mostly their own prompts."""
        own: Floats = self._own * draw
        sums = own.sum(axis=1, keepdims=True)
        chances: Floats = OWN * own / np.where(sums > 0, sums, 1) + (1 - OWN) * draw / draw.sum()
        return chances


class Shelf:
    """Chances of each prompt, a row for each kind of reader: by taste, by taste among PRO prompts, and creators."""

    TEMPTED = 2 * TASTES
    CREATORS = 4 * TASTES

    def __init__(self, chances: Floats) -> None:
        self.prompts: Ints = np.flatnonzero(chances.any(axis=0))
        """The prompts that are there."""
        sums = np.cumsum(chances, axis=1)
        self._width = chances.shape[1]
        # The rows behind one another, each rising from its own number to the next: one search finds any row's choice.
        self._steps = (sums / sums[:, -1:] + np.arange(len(sums))[:, None]).ravel()

    def choose(self, rows: Ints, random: np.random.Generator) -> Ints:
        """A prompt for the reader of each row."""
        found = np.searchsorted(self._steps, rows + random.random(len(rows)), side="right")
        prompts: Ints = np.minimum(found - rows * self._width, self._width - 1)
        return prompts


def _tastes(prompts: Sequence[SimulatedPrompt], random: np.random.Generator) -> Floats:
    """How many of each prompt's tags (columns) belong to each taste (rows), which likes one to three tags."""
    tags = sorted({tag for prompt in prompts for tag in prompt.tags})
    shared = np.zeros((TASTES, len(prompts)))
    for taste in range(TASTES if tags else 0):
        liked = set(random.choice(tags, min(len(tags), int(random.integers(1, 4))), replace=False).tolist())
        shared[taste] = [len(liked.intersection(prompt.tags)) for prompt in prompts]
    return shared


def _creators(prompts: Sequence[SimulatedPrompt]) -> tuple[list[str], Floats]:
    """The ids, as the library has them, of those who wrote most, and which prompts (columns) are whose (rows)."""
    written: dict[str, list[int]] = {}
    for number, prompt in enumerate(prompts):
        if prompt.author:
            written.setdefault(f"contributor:{prompt.author.lower()}", []).append(number)
    creators = sorted(written, key=lambda creator: (-len(written[creator]), creator))[:CREATORS]
    own = np.zeros((len(creators), len(prompts)))
    for row, creator in enumerate(creators):
        own[row, written[creator]] = 1.0
    return creators, own
