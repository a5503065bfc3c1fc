"""Stripe's export of subscriptions: each tells of some moments, and what the one before told of a moment stays."""

from pathlib import Path

import pytest

from ingest import FileResult, load_subscriptions
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.stripe import subscription

COLUMNS = (
    *("id", "Customer ID", "Customer Description", "Customer Email", "Customer Name", "Plan", "Quantity", "Currency"),
    *("Interval", "Amount", "Status", "Created (UTC)", "Start (UTC)", "Current Period Start (UTC)"),
    *("Current Period End (UTC)", "Trial Start (UTC)", "Trial End (UTC)", "Canceled At (UTC)", "Ended At (UTC)"),
    *("Cancel At Period End", "user_id (metadata)"),
)
ROW = {
    "id": "sub_1",
    "Customer ID": "cus_1",
    "Customer Email": "ann@example.com",
    "Customer Name": "Ann Private",
    "Plan": "pro_monthly",
    "Quantity": "1",
    "Currency": "usd",
    "Interval": "month",
    "Amount": "12.00",
    "Status": "active",
    "Created (UTC)": "2026-01-01 08:00",
    "Start (UTC)": "2026-01-01 08:00",
    "Current Period Start (UTC)": "2026-01-15 08:00",
    "Current Period End (UTC)": "2026-02-15 08:00",
    "Trial Start (UTC)": "2026-01-01 08:00",
    "Trial End (UTC)": "2026-01-15 08:00",
}
TRIALING = {"Status": "trialing", "Current Period Start (UTC)": "2026-01-01 08:00"}
FEBRUARY = {"Current Period Start (UTC)": "2026-02-15 08:00", "Current Period End (UTC)": "2026-03-15 08:00"}
ENDED = {"Status": "canceled", "Canceled At (UTC)": "2026-03-01 09:30", "Ended At (UTC)": "2026-03-15 08:00"}
SPANS = """
SELECT
    status, plan, cast(amount AS text),
    to_char(started_at, 'YYYY-MM-DD HH24:MI'), to_char(ended_at, 'YYYY-MM-DD HH24:MI')
FROM library.subscriptions ORDER BY started_at
"""
TRIAL = ("TRIALING", "PRO_MONTHLY", "12.00", "2026-01-01 08:00", "2026-01-15 08:00")


@pytest.fixture(autouse=True)
def ann(library: Library) -> int:
    """A person to bill."""
    return library.add_user("ann@example.com")


def load(library: Library, folder: Path, *rows: dict[str, str]) -> FileResult:
    """Load an export of rows that differ from ROW in what is given."""
    cells = [[(ROW | row).get(column, "") for column in COLUMNS] for row in rows]
    return load_subscriptions(library.ingest, [write_csv(folder / "subscriptions.csv", COLUMNS, *cells)]).files[0]


def test_a_row_gives_the_trial_and_the_present_span(library: Library, tmp_path: Path) -> None:
    result = load(library, tmp_path, {})
    assert (result.format, result.inserted) == ("csv: Stripe subscriptions", 1)
    assert library.rows(SPANS) == [TRIAL, ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-15 08:00", None)]
    assert load(library, tmp_path, {}).unchanged == 1


def test_exports_of_each_month_add_up_to_a_history(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, TRIALING)
    assert library.rows(SPANS) == [(*TRIAL[:4], None)]
    load(library, tmp_path, {})
    upgraded = {"Plan": "pro_max_monthly", "Amount": "24.00", **FEBRUARY}
    load(library, tmp_path, upgraded)
    assert load(library, tmp_path, upgraded | {"Canceled At (UTC)": "2026-03-01 09:30"}).updated == 1
    load(library, tmp_path, upgraded | ENDED)
    assert library.rows(SPANS) == [
        TRIAL,
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-15 08:00", "2026-02-15 08:00"),
        ("ACTIVE", "PRO_MAX_MONTHLY", "24.00", "2026-02-15 08:00", "2026-03-15 08:00"),
    ]
    assert (
        library.value("SELECT canceled_at::date::text FROM library.subscriptions ORDER BY started_at DESC")
        == "2026-03-01"
    )
    assert library.value("SELECT subscription_status FROM library.users") == "FREE"


def test_what_is_overdue_is_so_since_its_period_began_and_may_recover(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, {"Status": "past_due", **FEBRUARY})
    march = {"Current Period Start (UTC)": "2026-03-15 08:00", "Current Period End (UTC)": "2026-04-15 08:00"}
    load(library, tmp_path, march)
    assert library.rows(SPANS) == [
        TRIAL,
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-15 08:00", "2026-02-15 08:00"),
        ("PAST_DUE", "PRO_MONTHLY", "12.00", "2026-02-15 08:00", "2026-03-15 08:00"),
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-03-15 08:00", None),
    ]


def test_a_trial_that_was_left_is_a_trial_alone(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, ENDED | {"Ended At (UTC)": "2026-01-10 12:00"})
    assert library.rows(SPANS) == [(*TRIAL[:4], "2026-01-10 12:00")]


def test_events_count_from_the_first_on_and_the_export_before(library: Library, tmp_path: Path) -> None:
    event = write_jsonl(tmp_path / "e.jsonl", [subscription("2026-02-03", "past_due")])
    load_subscriptions(library.ingest, [event])
    load(library, tmp_path, FEBRUARY)
    assert library.rows(SPANS) == [
        TRIAL,
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-15 08:00", "2026-02-03 00:00"),
        ("PAST_DUE", "PRO_MONTHLY", "12.00", "2026-02-03 00:00", None),
    ]


def test_seats_quarters_years_and_currencies(library: Library, tmp_path: Path) -> None:
    plain = {"Trial Start (UTC)": "", "Trial End (UTC)": ""}
    for number in (2, 3, 4):
        library.add_user(f"p{number}@example.com")
    load(
        library,
        tmp_path,
        plain | {"Quantity": "3"},
        plain | {"id": "s2", "user_id (metadata)": "p2@example.com", "Interval": "3 months", "Amount": "30"},
        plain | {"id": "s3", "user_id (metadata)": "p3@example.com", "Interval": "year", "Amount": "1,200.00"},
        plain | {"id": "s4", "user_id (metadata)": "p4@example.com", "Currency": "krw", "Amount": "15000"},
    )
    prices = "SELECT cast(amount AS text), currency, billing_interval, interval_count FROM library.subscriptions"
    assert library.rows(f"{prices} ORDER BY external_id") == [
        ("30.00", "USD", "MONTH", 3),
        ("1200.00", "USD", "YEAR", 1),
        ("15000.00", "KRW", "MONTH", 1),
        ("36.00", "USD", "MONTH", 1),
    ]


def test_what_is_refused_says_why_and_keeps_nothing_private(library: Library, tmp_path: Path) -> None:
    result = load(
        library,
        tmp_path,
        {"user_id (metadata)": "stranger"},
        {"Customer Email": "x@example.com", "Customer ID": ""},
        {"Plan": "price_9"},
        {"Interval": "fortnight"},
        ENDED | {"Ended At (UTC)": "", "Canceled At (UTC)": ""},
        {"Status": "incomplete_expired"},
    )
    assert (result.rejected, result.unchanged) == (5, 1)
    reasons = library.rows(
        "SELECT reason, record ->> 'Customer Email' FROM library.import_rejections ORDER BY row_number"
    )
    assert [(reason[:30], address) for reason, address in reasons] == [
        ("names a person the library doe", None),
        ("names a person the library doe", "x@example.com"),
        ("has the price 'price_9', which", "ann@example.com"),
        ("has the Interval 'fortnight'; ", "ann@example.com"),
        ("is canceled, and has no Ended ", "ann@example.com"),
    ]
    assert library.value("SELECT count(*) FROM library.import_rejections AS r WHERE r::text LIKE '%Private%'") == 0


def test_a_customer_in_an_export_is_known_to_later_events(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, {})
    nameless = subscription("2026-02-03", "canceled", kind="deleted", user=None, customer="cus_1")
    file = write_jsonl(tmp_path / "e.jsonl", [nameless])
    assert load_subscriptions(library.ingest, [file]).total("inserted") == 1
    assert library.value("SELECT subscription_status FROM library.users") == "FREE"
