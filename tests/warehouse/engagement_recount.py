"""The engagement marts counted again from the library's rows, by plain loops over sets: independent of dbt."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.support.library import Library

Row = tuple[Any, ...]
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the ledger."""

    event_id: str
    at: datetime
    kind: str
    user: int | None
    session: str | None
    prompt: int | None
    query: str | None
    result_count: int | None
    position: int | None

    @property
    def viewer(self) -> str | None:
        """A person, else a visit."""
        return f"u{self.user}" if self.user is not None else f"s{self.session}" if self.session else None

    @property
    def visit(self) -> str | None:
        """A visit, else a person."""
        return f"s{self.session}" if self.session else f"u{self.user}" if self.user is not None else None

    @property
    def day(self) -> date:
        """UTC day."""
        return self.at.astimezone(UTC).date()


class Recount:
    """What the marts should hold, for a library whose newest day is over."""

    def __init__(self, library: Library) -> None:
        statement = """
            SELECT
                event_id::text, occurred_at, event_type, user_id, session_id, prompt_id, query, result_count, position
            FROM library.activity_events ORDER BY occurred_at, event_id
        """
        events = [Event(*row) for row in library.rows(statement)]
        views = Counter((event.viewer, event.day) for event in events if event.kind == "view")
        rushes = Counter(
            (event.viewer, event.day, event.at.replace(second=0, microsecond=0))
            for event in events
            if event.kind == "view"
        )
        bots = {key for key, count in views.items() if count > 200}
        bots |= {(viewer, day) for (viewer, day, _), count in rushes.items() if count > 20}
        self.events = [event for event in events if event.viewer is None or (event.viewer, event.day) not in bots]
        self.days = [day for (day,) in library.rows("SELECT activity_date FROM library.activity_days ORDER BY 1")]
        self.first, self.last = self.days[0], self.days[-1]
        self.people: dict[int, datetime] = dict(
            library.rows("SELECT id, created_at FROM library.users WHERE external_id NOT LIKE 'contributor:%'")
        )
        self.spans = library.rows("SELECT user_id, started_at, ended_at FROM library.subscriptions")
        self.prompts = library.rows("""
            SELECT p.id, h.created_by, p.created_by FROM library.prompts AS p
            INNER JOIN library.prompts AS h ON h.id = coalesce(p.merged_into, p.id) WHERE h.archived_at IS NULL
        """)
        self.months_of_prompts = dict(
            library.rows("SELECT id, created_at FROM library.prompts WHERE archived_at IS NULL")
        )

    def active_people(self) -> set[Row]:
        """Rows of active_people_daily without its last column."""
        viewers_of: dict[date, set[tuple[str, int | None]]] = defaultdict(set)
        for event in self.events:
            if event.viewer is not None:
                viewers_of[event.day].add((event.viewer, event.user))
        rows = set()
        for day in _days(self.first, self.last):
            end = datetime.combine(day + timedelta(days=1), time(), UTC)
            pro = {user for user, start, stop in self.spans if start < end and (stop is None or stop >= end)}
            counts = defaultdict(list)
            for length in (1, 7, 30):
                seen = set().union(*(viewers_of[day - timedelta(days=back)] for back in range(length)))
                people = {user for _, user in seen if user is not None}
                segments: dict[str, set[Any]] = {
                    "viewers": seen,
                    "all": people,
                    "FREE": people - pro,
                    "PRO": people & pro,
                }
                for segment, members in segments.items():
                    counts[segment].append(len(members))
            rows |= {(day, segment, *numbers) for segment, numbers in counts.items()}
        return rows

    def activation(self) -> set[Row]:
        """Sign-up week, people, matured and activated people."""
        known_until = datetime.combine(self.last + timedelta(days=1), time(), UTC)
        rows: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
        for user, created in self.people.items():
            if created.astimezone(UTC).date() < self.first:
                continue
            used = any(
                event.user == user and event.kind in ("like", "copy") and created <= event.at < created + WEEK
                for event in self.events
            )
            matured = created + WEEK <= known_until
            for place, counts in enumerate((True, matured, matured and used)):
                rows[_monday(created.astimezone(UTC).date())][place] += counts
        return {(week, *counts) for week, counts in rows.items()}

    def retention(self) -> set[Row]:
        """Sign-up week, week number, people, active people."""
        cohorts: dict[date, set[int]] = defaultdict(set)
        for user, created in self.people.items():
            cohorts[_monday(created.astimezone(UTC).date())].add(user)
        active: dict[date, set[int | None]] = defaultdict(set)
        for event in self.events:
            active[_monday(event.day)].add(event.user)
        rows = set()
        for signup_week, people in cohorts.items():
            week = signup_week
            while week + timedelta(days=6) <= self.last:
                if week >= self.first:
                    rows.add((signup_week, (week - signup_week).days // 7, len(people), len(people & active[week])))
                week += WEEK
        return rows

    def searches(self) -> set[Row]:
        """Day, searches, zero-result, clicked, followed and abandoned searches, reciprocal ranks (6 decimals)."""
        rows: dict[date, list[float]] = {day: [0] * 6 for day in self.days}
        by_visit: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            if event.visit is not None and event.kind in ("search", "view"):
                by_visit[event.visit].append(event)
        for event in self.events:
            if event.kind != "search":
                continue
            clicked, patience = event.prompt is not None, timedelta(minutes=5)
            followed = event.visit is not None and (event.at + patience).astimezone(UTC).date() == event.day
            others = by_visit[event.visit] if event.visit is not None else []
            after = [other for other in others if event.at < other.at <= event.at + patience]
            rank = 1 / event.position if clicked and event.position else 0
            counts = (True, event.result_count == 0, clicked, followed, followed and not clicked and not after, rank)
            for place, count in enumerate(counts):
                rows[event.day][place] += count
        return {(day, *counts[:5], round(counts[5], 6)) for day, counts in rows.items()}

    def creator_economy(self) -> set[Row]:
        """Month, creators, views, likes, the top tenth's share of views, Gini of views (both 6 decimals)."""
        creator_of = {prompt: creator for prompt, creator, _ in self.prompts if creator is not None}
        own = {(prompt, owner) for prompt, _, owner in self.prompts}
        views: Counter[tuple[date, int]] = Counter()
        likes: set[tuple[date, int | None, int | None]] = set()
        first: dict[int, date] = {}
        for event in self.events:
            if event.prompt in creator_of and (event.prompt, event.user) not in own and event.kind in ("view", "like"):
                month, creator = event.day.replace(day=1), creator_of[event.prompt]
                first[creator] = min(first.get(creator, month), month)
                if event.kind == "view":
                    views[month, creator] += 1
                else:
                    likes.add((month, event.prompt, event.user))
        for prompt, created in self.months_of_prompts.items():
            if prompt in creator_of:
                month, creator = created.astimezone(UTC).date().replace(day=1), creator_of[prompt]
                first[creator] = min(first.get(creator, month), month)
        rows = set()
        for month in {day.replace(day=1) for day in _days(self.first, self.last)}:
            counts = sorted(views[month, creator] for creator, since in first.items() if since <= month)
            n, total = len(counts), sum(counts)
            top = sum(counts[n - math.ceil(n / 10) :])
            # The mean difference between two creators, by twice the mean.
            gini = sum(abs(one - other) for one in counts for other in counts) / (2 * n * total)
            likers = sum(liked_in == month for liked_in, _, _ in likes)
            rows.add((month, n, total, likers, round(top / total, 6), round(gini, 6)))
        return rows


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
