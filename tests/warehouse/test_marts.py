"""The marts over a small library whose every figure was worked out by hand, built by real dbt."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from ingest import load_activity, load_subscriptions
from schema.migrations import downgrade, upgrade
from schema.repository.engagement import ActionDay, action_days
from schema.repository.revenue import people_behind
from schema.repository.tags import pairs_among, tag_totals, views_by_week
from schema.repository.weeks import prompt_ranks_by_week
from schema.roles import Role
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.warehouse import run_dbt

TODAY = datetime.now(UTC).date()
SPANS = ["subscription_id", "user_id", "plan", "status", "started_at", "ended_at", "amount", "currency"]


@pytest.fixture
def small(library: Library, tmp_path: Path) -> Library:
    """Two tagged prompts, two people, four days of events at the edges of UTC days, and three subscriptions."""
    # Wherever the server thinks it is, days are UTC days.
    library.do(f"ALTER DATABASE {library.url.database} SET timezone = 'Asia/Seoul'")
    library.dispose()
    soup = library.add_prompt("soup", tags=("cooking", "korean"))
    trip = library.add_prompt("trip", tags=("travel",))
    for name in ("ann", "ben", "cho"):
        library.add_user(f"{name}@example.com")
    story = [
        ("ann", "view", "2026-03-01T23:59:59.999Z", soup),
        ("ann", "view", "2026-03-02T00:00:00Z", soup),
        ("ben", "view", "2026-03-02T12:00:00Z", soup),
        (None, "view", "2026-03-02T13:00:00Z", trip),
        ("ben", "copy", "2026-03-02T12:01:00Z", soup),
        ("ann", "like", "2026-03-02T12:02:00Z", soup),
        ("ben", "like", "2026-03-02T12:02:00Z", trip),
        ("ben", "unlike", "2026-03-03T00:00:00Z", trip),
    ]
    events: list[dict[str, Any]] = [
        {"event_id": str(n), "event_type": kind, "occurred_at": at, "prompt_id": prompt}
        | ({"user_id": f"{person}@example.com"} if person else {})
        for n, (person, kind, at, prompt) in enumerate(story)
    ]
    load_activity(library.ingest, [write_jsonl(tmp_path / "events.jsonl", events)])
    day = [str(TODAY - timedelta(days=back)) for back in range(6)]
    spans = [
        ["s1", "ann@example.com", "PRO_MONTHLY", "ACTIVE", day[5], "", "12", "USD", "MONTH"],
        ["s2", "ben@example.com", "PRO_YEARLY", "ACTIVE", day[4], f"{day[2]}T23:00:00Z", "120", "USD", "YEAR"],
        ["s3", "cho@example.com", "PRO_MONTHLY", "TRIALING", day[3], day[1], "12", "USD", "MONTH"],
        ["s3", "cho@example.com", "PRO_MONTHLY", "ACTIVE", day[1], "", "12", "USD", "MONTH"],
    ]
    file = write_csv(tmp_path / "spans.csv", [*SPANS, "billing_interval"], *spans)
    assert load_subscriptions(library.ingest, [file]).total("inserted") == 4
    run_dbt(library, tmp_path / "target", "build")
    return library


def test_every_mart_has_the_figures_worked_out_by_hand(small: Library) -> None:
    tags = small.rows("""
        SELECT tag_name, activity_date, views, copies, likes, share_of_views, popularity_rank
        FROM analytics.tag_popularity ORDER BY activity_date, popularity_rank
    """)
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert tags == [
        ("cooking", first, 1, 0, 0, 0.5, 1),
        ("korean", first, 1, 0, 0, 0.5, 2),
        ("cooking", second, 2, 1, 1, 0.4, 1),
        ("korean", second, 2, 1, 1, 0.4, 2),
        ("travel", second, 1, 0, 0, 0.2, 3),
        # Ben took his like of trip back: it stands on no day, and nothing else happened on the third.
    ]
    ranks = small.rows("""
        SELECT title, ranking_window, views, unique_viewers, copies, likes, like_rate, like_rank
        FROM analytics.prompt_rankings WHERE ranking_window IN ('24h', 'all') ORDER BY ranking_window, like_rank
    """)
    assert ranks == [
        # The last event is the unlike at midnight of the third; the view exactly 24 hours before is out.
        ("soup", "24h", 1, 1, 1, 1, 1.0, 1),
        ("trip", "24h", 1, 0, 0, 0, None, 2),
        ("soup", "all", 3, 2, 1, 1, 0.5, 1),
        ("trip", "all", 1, 0, 0, 0, None, 2),
    ]
    # The table goes on to the day of its build, which is a later one when the tests run past midnight.
    days = small.rows(
        """
        SELECT
            metric_date, paying_people, trialing_people, mrr, new_people, churned_people, trials_started,
            trials_converted
        FROM analytics.mrr_daily WHERE metric_date <= :today ORDER BY metric_date
        """,
        today=TODAY,
    )
    assert days == [
        (TODAY - timedelta(days=5), 1, 0, 12, 1, 0, 0, 0),
        (TODAY - timedelta(days=4), 2, 0, 22, 1, 0, 0, 0),
        (TODAY - timedelta(days=3), 2, 1, 22, 0, 0, 1, 0),
        # Ben left an hour before the day ended.
        (TODAY - timedelta(days=2), 1, 1, 12, 0, 1, 0, 0),
        (TODAY - timedelta(days=1), 2, 0, 24, 1, 0, 0, 1),
        (TODAY, 2, 0, 24, 0, 0, 0, 0),
    ]


def test_analysts_read_marts_and_nothing_else_also_after_a_rebuild(small: Library, tmp_path: Path) -> None:
    run_dbt(small, tmp_path / "target", "build")
    for mart in ("tag_popularity", "prompt_rankings", "mrr_daily"):
        for role in (Role.ANALYST, Role.DASHBOARD):
            small.rows(f"SELECT * FROM analytics.{mart}", role)
    for inner in ("stg_library__users", "stg_library__activity_events", "int_subscription_spans"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            small.rows(f"SELECT * FROM analytics.{inner}", Role.ANALYST)


def test_analysts_alone_read_who_is_behind_a_churn(small: Library) -> None:
    with Session(small.engine(Role.ANALYST)) as session:
        found = people_behind(session, "churn", TODAY - timedelta(days=5), TODAY)
        assert people_behind(session, "churn", TODAY - timedelta(days=1), TODAY).empty
    ben = small.value("SELECT id FROM library.users WHERE name = 'ben'")
    left, paid = TODAY - timedelta(days=2), TODAY - timedelta(days=4)
    # A yearly price of 120 is 10 a month.
    assert found.to_numpy().tolist() == [[ben, left, "PRO_YEARLY", None, 10, -10, 0, paid, 2]]
    with pytest.raises(ProgrammingError, match="permission denied"):
        small.rows("SELECT * FROM analytics.subscription_movements", Role.DASHBOARD)


def test_analysts_read_tags_prompts_and_actions_as_they_were_worked_out_by_hand(small: Library) -> None:
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    monday_before = date(2026, 2, 23)
    with Session(small.engine(Role.ANALYST)) as session:
        tags = tag_totals(session, second, second, before=first)
        weeks = views_by_week(session, first, second, ["cooking"])
        pairs = pairs_among(session, ["cooking", "korean", "travel"])
        ranks = prompt_ranks_by_week(session, 4)
        actions = action_days(session, second, second, "FREE")
    # Name, prompts; views, copies, likes of the second day; views and likes of the first.
    assert tags.to_numpy().tolist() == [
        ["cooking", 1, 2, 1, 1, 1, 0],
        ["korean", 1, 2, 1, 1, 1, 0],
        ["travel", 1, 1, 0, 0, 0, 0],
    ]
    # The first of March is a Sunday; each of its two tags has half of the views.
    assert weeks.astype({"views": int, "share": float}).to_numpy().tolist() == [
        [monday_before, "cooking", 1, 0.5],
        [second, "cooking", 2, 0.4],
    ]
    # Of two tagged prompts one carries both: twice as often as by chance.
    assert {(row.tag_name, row.other_tag_name): row.lift for row in pairs.itertuples()} == {
        ("cooking", "korean"): 2,
        ("korean", "cooking"): 2,
    }
    # A like that was taken back was given; soup has more views.
    assert ranks[["activity_week", "title", "likes", "place"]].to_numpy().tolist() == [
        [second, "soup", 1, 1],
        [second, "trip", 1, 2],
    ]
    assert actions == [ActionDay(second, "FREE", 3, 2, 1, 2, 0, 0, 0)]


def test_no_table_of_the_warehouse_holds_a_prompts_text_and_no_reader_is_shown_one(small: Library) -> None:
    private = {"prompt_text", "content_hash", "email", "password_hash"}
    stored = """
        SELECT a.attname FROM pg_attribute AS a INNER JOIN pg_class AS c ON a.attrelid = c.oid
        WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind IN ('r', 'p', 'm')
    """
    # Of all columns, this lists those that the role may read.
    readable = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'analytics'"
    for columns in (
        small.rows(stored),
        small.rows(readable, Role.ANALYST),
        small.rows(readable, Role.DASHBOARD),
    ):
        assert "prompt_id" in {name for (name,) in columns}
        assert private.isdisjoint({name for (name,) in columns})


def test_an_empty_library_builds_too(library: Library, tmp_path: Path) -> None:
    run_dbt(library, tmp_path / "target", "build")
    assert library.value("SELECT count(*) FROM analytics.prompt_rankings") == 0


def test_the_schema_goes_down_and_up_under_a_built_warehouse(library: Library, tmp_path: Path) -> None:
    run_dbt(library, tmp_path / "target", "build")
    downgrade(library.engine())
    upgrade(library.engine())
    run_dbt(library, tmp_path / "target", "build")
