"""Crawlers: a few sessions that look at hundreds of prompts, one after the other, and do nothing else."""

import numpy as np

from ingest.simulator.events import CODE, Events, event_ids, nothing
from ingest.simulator.simulation import MS_A_DAY, Ints
from schema.models import EventType

LOOKS = (250, 650)
SHARE_OF_EVENTS = 0.06
MOST_A_DAY = 20
MS_BETWEEN = 3_000


def crawls(events: float, prompts: Ints, midnight_ms: int, random: np.random.Generator) -> Events:
    """A day's crawls through these prompts, in order of time; `session` is the crawler's number.

    `events` is how many the day should have; the crawls are a part of them on average.
    """
    expected = events * SHARE_OF_EVENTS / (sum(LOOKS) / 2)
    bots = random.poisson(min(expected, MOST_A_DAY))
    looks = random.integers(*LOOKS, bots)
    session = np.repeat(np.arange(bots), looks)
    count = len(session)
    # Four hours before midnight at the latest, which is longer than the longest crawl.
    starts = midnight_ms + random.integers(0, MS_A_DAY * 20 // 24, bots)
    passed = np.cumsum(random.exponential(MS_BETWEEN, count)).astype(np.int64)
    firsts = np.cumsum(looks) - looks
    moments: Ints = np.repeat(starts - passed[firsts], looks) + passed
    crawled = Events(
        event_id=event_ids(count, random),
        occurred_at=moments,
        event_type=np.full(count, CODE[EventType.VIEW]),
        user=nothing(count),
        session=session,
        prompt=random.choice(prompts, count),
        query=nothing(count),
        result_count=nothing(count),
        position=nothing(count),
    )
    return crawled.take(np.argsort(moments, kind="stable"))
