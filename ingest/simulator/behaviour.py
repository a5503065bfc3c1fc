"""What people do in their visits: sign in, search, look, copy, like, share, and stand before the paywall."""

from dataclasses import dataclass

import numpy as np

from ingest.simulator.events import CODE, Events, event_ids
from ingest.simulator.library import Library, Shelf
from ingest.simulator.likes import Likes
from ingest.simulator.simulation import NONE, Flags, Ints
from ingest.simulator.visits import Visits
from schema.models import EventType

SIGNS_IN = 0.3
SEARCHES = (0.62, 0.27, 0.08, 0.03)
LOOKS_NO_FURTHER = 0.42
MOST_LOOKS = 40
CLICKS = 0.72
POSITIONS = 20
POSITION_FADES = 1.8
COPIES, COPIES_SIGNED_IN, COPIES_WITH_PRO = 0.14, 0.22, 0.34
COPIES_FOUND = 1.4
LIKES, LIKES_A_TAG, UNLIKES = 0.07, 0.12, 0.015
SHARES = 0.02
MS_BETWEEN = 25_000

_STEPS, _PLACES = 64, 8
"""More than a visit has steps, and a step places."""


class Script:
    """What happens in visits, in no order yet: each event has a step in its visit and a place in the step."""

    def __init__(self) -> None:
        self._columns: list[list[Ints]] = []

    def add(
        self,
        event_type: EventType,
        visit: Ints,
        step: Ints | int,
        place: int,
        prompt: Ints | int = NONE,
        query: Ints | int = NONE,
        result_count: Ints | int = NONE,
        position: Ints | int = NONE,
    ) -> None:
        """Add events of one type; codes as in `Events`, `visit` a visit's number."""
        order = (visit * _STEPS + step) * _PLACES + place
        columns = (order, CODE[event_type], visit, prompt, query, result_count, position)
        self._columns.append([np.broadcast_to(np.asarray(column, np.int64), len(visit)) for column in columns])

    def in_order(self) -> list[Ints]:
        """Type, visit, prompt, query, result_count and position of the events, visit by visit."""
        order, *columns = (np.concatenate(parts) for parts in zip(*self._columns, strict=True))
        rows = np.argsort(order)
        return [column[rows] for column in columns]


def act(
    visits: Visits, have_pro: Flags, library: Library, shelf: Shelf, likes: Likes, end: int, random: np.random.Generator
) -> Events:
    """The events of these visits in order of time, all before `end`; `session` is the visit's number."""
    script = Script()
    _sign_in(script, visits, random)
    found = _search(script, visits, library, shelf, random)
    for looks in (found, _browse(visits, found, shelf, random)):
        _react(script, looks, visits, have_pro, library, random)
    event_type, visit, prompt, query, result_count, position = script.in_order()
    moments = _moments(visits.start, visit, end, random)
    rows = np.argsort(moments, kind="stable")
    event_type, visit, prompt, moments = event_type[rows], visit[rows], prompt[rows], moments[rows]
    users = visits.user[visit]
    words = np.flatnonzero((event_type == CODE[EventType.LIKE]) | (event_type == CODE[EventType.UNLIKE]))
    heard = np.ones(len(rows), np.bool_)
    heard[words] = likes.heard(users[words] * len(library) + prompt[words], event_type[words] == CODE[EventType.LIKE])
    ids = event_ids(len(rows), random)
    columns = (ids, moments, event_type, users, visit, prompt, query[rows], result_count[rows], position[rows])
    return Events(*columns).take(heard)


def _sign_in(script: Script, visits: Visits, random: np.random.Generator) -> None:
    signs_in = (visits.user != NONE) & (visits.is_first | (random.random(len(visits)) < SIGNS_IN))
    script.add(EventType.SIGN_IN, np.flatnonzero(signs_in), 0, 0)


def _search(script: Script, visits: Visits, library: Library, shelf: Shelf, random: np.random.Generator) -> "_Looks":
    """Searches, and the looks at what is clicked."""
    visit, step = _repeated(random.choice(len(SEARCHES), len(visits), p=SEARCHES))
    step += 1
    wanted = shelf.choose(visits.row[visit], random)
    query, results = library.queries.type(wanted, visits.is_korean[visit], random)
    clicks = (results > 0) & (random.random(len(visit)) < CLICKS)
    position = np.where(clicks, _positions(results, random), NONE)
    script.add(EventType.SEARCH, visit, step, 0, np.where(clicks, wanted, NONE), query, results, position)
    return _Looks(visit, step, wanted, np.ones(len(visit), np.bool_)).take(clicks)


def _browse(visits: Visits, found: "_Looks", shelf: Shelf, random: np.random.Generator) -> "_Looks":
    """Looks at what lies about; who found something by searching may not need any."""
    has_found = np.bincount(found.visit, minlength=len(visits)) > 0
    looks = random.geometric(LOOKS_NO_FURTHER, len(visits)) - (has_found & ~visits.is_tempted)
    visit, step = _repeated(np.minimum(looks, MOST_LOOKS))
    prompt = shelf.choose(visits.row[visit] + Shelf.TEMPTED * visits.is_tempted[visit], random)
    return _Looks(visit, step + len(SEARCHES), prompt, np.zeros(len(visit), np.bool_))


def _react(
    script: Script, looks: "_Looks", visits: Visits, have_pro: Flags, library: Library, random: np.random.Generator
) -> None:
    """What comes of looks: a paywall and nothing more, or a copy, a like, a share."""
    script.add(EventType.VIEW, looks.visit, looks.step, 1, looks.prompt)
    is_stopped = library.is_pro[looks.prompt] & ~have_pro[looks.visit]
    stopped, looks = looks.take(is_stopped), looks.take(~is_stopped)
    script.add(EventType.PAYWALL_VIEW, stopped.visit, stopped.step, 2, stopped.prompt)

    visit, prompt, keen = looks.visit, looks.prompt, visits.keenness[looks.visit]
    is_person = (visits.user[visit] != NONE) & ~visits.is_creator[visit]
    copies = np.where(have_pro[visit], COPIES_WITH_PRO, np.where(is_person, COPIES_SIGNED_IN, COPIES))
    copies = copies * keen * np.where(looks.was_found, COPIES_FOUND, 1.0)
    likes = keen * (LIKES + LIKES_A_TAG * library.tastes[visits.taste[visit], prompt])
    mood = random.random(len(visit))
    for place, event_type, does in (
        (3, EventType.COPY, random.random(len(visit)) < copies),
        (4, EventType.LIKE, is_person & (mood < likes)),
        (4, EventType.UNLIKE, is_person & (mood > 1 - UNLIKES)),
        (5, EventType.SHARE, random.random(len(visit)) < SHARES),
    ):
        script.add(event_type, visit[does], looks.step[does], place, prompt[does])


@dataclass(frozen=True, slots=True)
class _Looks:
    """Looks at prompts: columns of equal length."""

    visit: Ints
    step: Ints
    prompt: Ints
    was_found: Flags

    def take(self, rows: Flags) -> "_Looks":
        return _Looks(self.visit[rows], self.step[rows], self.prompt[rows], self.was_found[rows])


def _repeated(times: Ints) -> tuple[Ints, Ints]:
    """Each visit's number so many times, and a number that counts them from zero."""
    visit = np.repeat(np.arange(len(times)), times)
    return visit, np.arange(len(visit)) - np.repeat(np.cumsum(times) - times, times)


def _positions(results: Ints, random: np.random.Generator) -> Ints:
    """Which of the results is clicked, the first most often: a power law, cut off where the list shown ends."""
    last = np.clip(results, 1, POSITIONS) + 1.0
    power = 1 - POSITION_FADES
    position = (1 - random.random(len(results)) * (1 - last**power)) ** (1 / power)
    return np.floor(position).astype(np.int64)


def _moments(start: Ints, visit: Ints, end: int, random: np.random.Generator) -> Ints:
    """When events happen that lie visit by visit; one that would reach beyond the end goes faster."""
    passed = np.cumsum(random.exponential(MS_BETWEEN, len(visit)) + 1_000)
    is_first = np.diff(visit, prepend=-1) != 0
    firsts = np.flatnonzero(is_first)
    counts = np.diff(firsts, append=len(visit))
    passed -= np.repeat(passed[firsts] - 1_000, counts)
    lasts = passed[firsts + counts - 1]
    room = end - 1 - start[visit[firsts]]
    moments: Ints = start[visit] + np.floor(passed * np.repeat(np.minimum(1.0, room / lasts), counts)).astype(np.int64)
    return moments
