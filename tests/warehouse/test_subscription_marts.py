"""The subscription marts from loaded files to figures worked out by hand, and built in parts as at once."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest import load_activity, load_subscriptions
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.warehouse import run_dbt

SPANS = (
    *("subscription_id", "user_id", "plan", "status", "started_at", "ended_at"),
    *("amount", "currency", "billing_interval"),
)
MARTS = (
    *("mrr_daily", "mrr_monthly", "trial_conversion_weekly", "signup_conversion_monthly"),
    *("subscription_retention_monthly", "paywall_funnel_weekly", "engagement_by_tier_monthly"),
)
ONLY_MODELS = (*("--select", "+marts.subscriptions", "--exclude-resource-type", "unit_test"),)


def pay(library: Library, folder: Path, *spans: str) -> None:
    """Load spans, each written as `person plan status start end amount currency`, with - for no end."""
    rows = []
    for number, span in enumerate(spans):
        person, plan, status, start, end, amount, currency = span.split()
        interval = "YEAR" if plan == "PRO_YEARLY" else "MONTH"
        ended_at = "" if end == "-" else end
        rows.append([f"s{number}", f"{person}@example.com", plan, status, start, ended_at, amount, currency, interval])
    file = write_csv(folder / "spans.csv", list(SPANS), *rows)
    assert load_subscriptions(library.ingest, [file]).total("inserted") == len(spans)


def happen(library: Library, folder: Path, *story: tuple[str, str, str, int]) -> None:
    """Load events, each as (person, type, moment, prompt)."""
    events: list[dict[str, Any]] = [
        {
            "event_id": f"{person} {kind} {moment}",
            "event_type": kind,
            "occurred_at": moment,
            "user_id": f"{person}@example.com",
            "prompt_id": prompt,
        }
        for person, kind, moment, prompt in story
    ]
    file = write_jsonl(folder / "events.jsonl", events)
    assert load_activity(library.ingest, [file]).total("inserted") == len(events)


@pytest.fixture
def people(library: Library) -> Library:
    """Four people who signed up with the year 2025, on a server that is in Seoul."""
    library.do(f"ALTER DATABASE {library.url.database} SET timezone = 'Asia/Seoul'")
    library.dispose()
    for name in ("ann", "ben", "cho", "dan"):
        library.add_user(f"{name}@example.com")
    library.do("UPDATE library.users SET created_at = '2025-01-01 00:00:00Z'")
    return library


def test_months_from_the_first_trial_to_a_new_rate(people: Library, tmp_path: Path) -> None:
    pay(
        people,
        tmp_path,
        # Ann moves to a year on the day on which she renews.
        "ann PRO_MONTHLY TRIALING 2025-01-01T00:00Z 2025-01-15T00:00Z 12 USD",
        "ann PRO_MONTHLY ACTIVE 2025-01-15T00:00Z 2025-02-15T00:00Z 12 USD",
        "ann PRO_YEARLY ACTIVE 2025-02-15T00:00Z - 240 USD",
        # A twelfth of Ben's price is no whole number of cents; he leaves a second before March ends.
        "ben PRO_YEARLY ACTIVE 2025-01-31T00:00Z 2025-03-31T23:59:59Z 100 USD",
        # Where Cho is, March has begun.
        "cho PRO_MONTHLY ACTIVE 2025-02-28T23:30Z - 15000 KRW",
        # Dan counts while he is past due, and is back after a fortnight.
        "dan PRO_MONTHLY ACTIVE 2025-01-10T09:00Z 2025-02-10T09:00Z 12 USD",
        "dan PRO_MONTHLY PAST_DUE 2025-02-10T09:00Z 2025-02-20T09:00Z 12 USD",
        "dan PRO_MONTHLY UNPAID 2025-02-20T09:00Z 2025-03-05T09:00Z 12 USD",
        "dan PRO_MONTHLY ACTIVE 2025-03-05T09:00Z - 12 USD",
    )
    run_dbt(people, tmp_path / "target", "build", *ONLY_MODELS)
    months = people.rows("""
        SELECT
            metric_month, new_mrr, expansion_mrr, churn_mrr, reactivation_mrr, exchange_mrr, mrr, paying_people,
            round(net_revenue_retention::numeric, 4), round(gross_revenue_retention::numeric, 4)
        FROM analytics.mrr_monthly WHERE metric_month < '2025-05-01' OR metric_month = '2026-01-01' ORDER BY 1
    """)
    nothing, whole = Decimal(0), Decimal(1)
    assert months == [
        (date(2025, 1, 1), Decimal("32.33"), 0, 0, 0, 0, Decimal("32.33"), 3, None, None),
        # 15,000 won at the rate of 2025 are 11.00 dollars. (32.33 + 8 - 12) / 32.33 and (32.33 - 12) / 32.33.
        (
            *(date(2025, 2, 1), Decimal("11.00"), 8, -12, 0, 0, Decimal("39.33"), 3),
            *(Decimal("0.8763"), Decimal("0.6288")),
        ),
        # (39.33 - 8.33) / 39.33: what Dan brings is not of those who paid when March began.
        (
            *(date(2025, 3, 1), 0, 0, Decimal("-8.33"), 12, 0, Decimal("43.00"), 3),
            *(Decimal("0.7882"), Decimal("0.7882")),
        ),
        (date(2025, 4, 1), nothing, 0, 0, 0, 0, Decimal("43.00"), 3, whole, whole),
        # 15,000 won are 10.55 dollars from now on.
        (date(2026, 1, 1), nothing, 0, 0, 0, Decimal("-0.45"), Decimal("42.55"), 3, whole, whole),
    ]
    trials = people.rows("SELECT cohort_week, trials, converted_trials FROM analytics.trial_conversion_weekly")
    assert trials == [(date(2024, 12, 30), 1, 1)]
    sign_ups = people.rows("SELECT paid_within_30_days, paid_within_90_days FROM analytics.signup_conversion_monthly")
    assert sign_ups == [(3, 4)]


def test_events_that_come_late_change_or_go_give_what_a_full_refresh_gives(people: Library, tmp_path: Path) -> None:
    lock, soup = people.add_prompt("lock", access="PRO"), people.add_prompt("soup")
    pay(
        people,
        tmp_path,
        "ann PRO_MONTHLY ACTIVE 2026-01-15T00:00Z - 12 USD",
        "ben PRO_MONTHLY TRIALING 2026-03-05T00:00Z 2026-03-19T00:00Z 12 USD",
    )
    happen(
        people,
        tmp_path,
        ("ann", "view", "2026-02-03T10:00Z", soup),
        ("ben", "paywall_view", "2026-03-03T10:00Z", lock),
        ("cho", "paywall_view", "2026-03-04T10:00Z", lock),
        ("dan", "view", "2026-04-04T10:00Z", soup),
    )
    run_dbt(people, tmp_path / "target", "build", *ONLY_MODELS)
    # Ben met the lock in February already; Cho's event was none; April's only one goes, and so does April.
    happen(people, tmp_path, ("ben", "paywall_view", "2026-02-27T10:00Z", lock))
    people.do("UPDATE library.activity_events SET event_type = 'view' WHERE occurred_at = '2026-03-04T10:00Z'")
    people.do("DELETE FROM library.activity_events WHERE occurred_at = '2026-04-04T10:00Z'")
    run_dbt(people, tmp_path / "target", "build", *ONLY_MODELS)
    in_parts = {mart: people.rows(f"SELECT * FROM analytics.{mart} ORDER BY 1, 2") for mart in MARTS}
    assert people.rows("SELECT cohort_week, people, tried_within_7_days FROM analytics.paywall_funnel_weekly") == [
        (date(2026, 2, 23), 1, 1)
    ]
    assert people.rows("""
        SELECT activity_month, tier, active_people, views_per_person FROM analytics.engagement_by_tier_monthly
        ORDER BY 1, 2
    """) == [
        (date(2026, 2, 1), "FREE", 1, 0),
        (date(2026, 2, 1), "PRO", 1, 1),
        (date(2026, 3, 1), "CHANGED", 1, 0),
        (date(2026, 3, 1), "FREE", 1, 1),
    ]
    people.do("SELECT library.drop_activity_before('2026-03-01')")
    run_dbt(people, tmp_path / "target", "build", *ONLY_MODELS, "--full-refresh")
    for mart, rows in in_parts.items():
        assert people.rows(f"SELECT * FROM analytics.{mart} ORDER BY 1, 2") == rows, mart
