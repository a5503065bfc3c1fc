"""The engagement marts after loads that come late and records that go, against a count of the library's own rows."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest import load_activity, load_subscriptions
from schema.repository import engagement, quality
from schema.roles import Role
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.warehouse import ONLY_MODELS, run_dbt
from tests.warehouse.engagement_recount import Recount

BEGIN = datetime(2026, 1, 30, tzinfo=UTC)
DAYS = 70
SPANS = ["subscription_id", "user_id", "plan", "status", "started_at", "ended_at", "amount", "currency"]


@dataclass(frozen=True, slots=True)
class Story:
    """Ten weeks of a small library, from a fixed seed."""

    events: list[dict[str, Any]]

    def load(self, library: Library, file: Path, *parts: int) -> None:
        """Load the events whose place falls into `parts` of five, so that each part spreads over all days."""
        chosen = [event for place, event in enumerate(self.events) if place % 5 in parts]
        result = load_activity(library.ingest, [write_jsonl(file, chosen)])
        assert result.total("inserted") == len(chosen)


@pytest.fixture
def story(library: Library) -> Story:
    """People, prompts and events; the server thinks in Seoul's time."""
    library.do(f"ALTER DATABASE {library.url.database} SET timezone = 'Asia/Seoul'")
    library.dispose()
    chance = random.Random(7)
    people = [f"p{number}@example.com" for number in range(30)]
    ids = [library.add_user(person) for person in people]
    for user in ids:
        moment = BEGIN + timedelta(hours=chance.uniform(-14 * 24, DAYS * 24))
        library.do("UPDATE library.users SET created_at = :at WHERE id = :id", at=moment, id=user)
    prompts = [library.add_prompt(f"prompt {n}", creator=ids[n % 6] if n < 20 else None) for n in range(24)]
    library.do("UPDATE library.prompts SET created_at = :at", at=BEGIN + timedelta(days=40))
    kinds = ["view"] * 8 + ["copy", "like", "share", "sign_in"] + ["search"] * 4
    events: list[dict[str, Any]] = []
    for visit in range(500):
        moment = BEGIN + timedelta(hours=chance.uniform(0, DAYS * 24))
        person = chance.choice([*people, None, None]) if visit % 3 else people[visit % 4]
        is_known = person is not None and visit % 7 > 0
        for step in range(chance.randint(1, 5)):
            moment = min(
                moment + timedelta(seconds=chance.expovariate(1 / 120)), BEGIN + timedelta(days=DAYS, seconds=-1)
            )
            kind = chance.choice(kinds)
            events.append(
                {"event_id": f"{visit}-{step}", "occurred_at": moment.isoformat(timespec="milliseconds")}
                | ({"user_id": person} if is_known else {})
                | ({"session_id": f"v{visit}"} if chance.random() < 0.8 else {})
                | _about(kind if is_known or kind not in ("like", "sign_in") else "view", prompts, chance)
            )
    for bot, seconds, count in (({"user_id": people[3]}, 2, 25), ({"session_id": "b"}, 60, 220)):
        for number in range(count):
            moment = BEGIN + timedelta(days=33, seconds=number * seconds)
            event = {"event_id": f"{bot}-{number}", "event_type": "view", "prompt_id": prompts[0]}
            events.append(event | bot | {"occurred_at": moment.isoformat()})
    return Story(events)


def _about(kind: str, prompts: list[int], chance: random.Random) -> dict[str, Any]:
    prompt = prompts[min(int(chance.expovariate(0.3)), len(prompts) - 1)]
    if kind == "sign_in":
        return {"event_type": kind}
    if kind != "search":
        return {"event_type": kind, "prompt_id": prompt}
    found = chance.choice([None, 0, 3, 8])
    click = {"prompt_id": prompt, "position": chance.randint(0, 5)} if found and chance.random() < 0.5 else {}
    query = chance.choice(["Meeting  notes", "meeting notes", "회의록", "recipe"])
    return {"event_type": kind, "query": query, "result_count": found} | click


def run(library: Library, folder: Path, *options: str, tests: bool = False) -> None:
    """Build the engagement marts and what is above them, with their tests or without."""
    chosen = ("--select", "+path:models/marts/engagement")
    run_dbt(library, folder, "build", *chosen, *(() if tests else ONLY_MODELS), *options)


def tables(library: Library) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of the warehouse, as texts: Python has no infinite date."""
    names = library.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'analytics'")
    return {name: sorted(library.rows(f"SELECT CAST(one AS text) FROM analytics.{name} AS one")) for (name,) in names}


def test_late_loads_and_removed_records_give_what_a_count_and_a_full_refresh_give(
    library: Library, story: Story, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    story.load(library, tmp_path / "first.jsonl", 0, 1, 2)
    run(library, target)
    story.load(library, tmp_path / "late.jsonl", 3)
    run(library, target)

    # Another late part, a prompt that goes with its events, two that are one, and people who were Pro all along.
    story.load(library, tmp_path / "later.jsonl", 4)
    prompts = [prompt for (prompt,) in library.rows("SELECT id FROM library.prompts ORDER BY id")]
    library.do("DELETE FROM library.prompts WHERE id = :id", id=prompts[1])
    library.do(
        "UPDATE library.prompts SET archived_at = now(), merged_into = :head WHERE id = :id",
        head=prompts[5],
        id=prompts[2],
    )
    library.do("DELETE FROM library.activity_events WHERE event_type = 'view' AND session_id LIKE '%7'")
    spans = [
        [f"s{n}", f"p{n}@example.com", "PRO_MONTHLY", "ACTIVE", f"2026-02-0{n + 1}T00:00:00Z", ended, "12", "USD"]
        for n, ended in enumerate(["", "2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z", ""])
    ]
    load_subscriptions(
        library.ingest,
        [write_csv(tmp_path / "s.csv", [*SPANS, "billing_interval"], *([*span, "MONTH"] for span in spans))],
    )
    run(library, target, tests=True)
    assert_as_recounted(library)
    assert_rows_are_read(library)

    # Of the months that the ledger drops, a full refresh keeps what was counted.
    incremental = tables(library)
    library.do("SELECT library.drop_activity_before('2026-03-01')")
    run(library, target, "--full-refresh")
    refreshed = tables(library)
    for counted in (incremental, refreshed):
        # These say when the ledger dropped a day.
        del counted["int_activity_days"], counted["int_followed_days"]
    assert refreshed == incremental


def assert_as_recounted(library: Library) -> None:
    recount = Recount(library)

    def mart(columns: str, name: str) -> set[tuple[Any, ...]]:
        return set(library.rows(f"SELECT {columns} FROM analytics.{name}", Role.ANALYST))

    active = mart("activity_date, segment, daily_active, weekly_active, monthly_active", "active_people_daily")
    assert active == recount.active_people()
    assert any(row[1] == "PRO" and row[2] for row in active)
    activation = mart("signup_week, people, matured_people, activated_people", "activation_weekly")
    assert activation == recount.activation()
    assert any(row[3] for row in activation)
    retention = mart("signup_week, week_number, people, active_people", "retention_weekly")
    assert retention == recount.retention()
    searches = """
        activity_date, searches, zero_result_searches, clicked_searches, followed_searches, abandoned_searches,
        coalesce(round((mean_reciprocal_rank * placed_clicks)::numeric, 6), 0)::float
    """
    assert mart(searches, "search_quality_daily WHERE language = 'all'") == recount.searches()
    creators = """
        activity_month, creators, views, likes, round(top_10_percent_view_share::numeric, 6)::float,
        round(view_gini::numeric, 6)::float
    """
    assert mart(creators, "creator_economy_monthly") == recount.creator_economy()


def assert_rows_are_read(library: Library) -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 3)
    with library.viewer(None) as session:
        days = engagement.active_days(session, first, last)
        assert [(day.activity_date, day.segment) for day in days] == [
            (day, segment) for day in (first, last) for segment in ("FREE", "PRO", "all", "viewers")
        ]
        assert sum(week.activated_people for week in engagement.activation_weeks(session)) > 0
        triangle = engagement.retention_weeks(session, first)
        assert (triangle[0].signup_week, triangle[0].week_number) == (first, 0)
        searches = quality.search_days(session, first, last)
        assert [day.activity_date for day in searches if day.language == "all"] == [first, last]
        assert {day.language for day in searches} == {"all", "ko", "other"}
        assert [query.search_rank for query in quality.top_queries(session, "90d", take=2)] == [1, 2]
        assert {query.query for query in quality.top_queries(session, "90d")} == {
            "meeting notes",
            "recipe",
            "회의록",
        }
        assert [query.zero_result_rank for query in quality.top_zero_result_queries(session, "90d")] == [1, 2, 3]
        months = [month.activity_month for month in engagement.creator_months(session)]
        assert months == [date(2026, month, 1) for month in (1, 2, 3, 4)]
