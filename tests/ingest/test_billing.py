"""Accounts and subscriptions: spans never overlap or get rewritten, and FREE or PRO follows from them."""

from pathlib import Path

import pytest

from ingest import FileResult, load_subscriptions, load_users, refresh_subscription_status
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library

HEADER = ["subscription_id", "user_id", "plan", "status", "started_at", "current_period_end", "canceled_at"]
HEADER += ["ended_at", "amount", "currency", "billing_interval"]


@pytest.fixture(autouse=True)
def ann(library: Library) -> int:
    """A person to bill."""
    return library.add_user("ann@example.com")


def span(
    started: str, ended: str = "", *, status: str = "ACTIVE", plan: str = "PRO_MONTHLY", key: str = "s1"
) -> list[str]:
    """A monthly span of Ann's."""
    return [key, "ann@example.com", plan, status, started, "", "", ended, "12.00", "usd", "month"]


def load(library: Library, folder: Path, *spans: list[str]) -> FileResult:
    """Load spans from a file of their own."""
    return load_subscriptions(library.ingest, [write_csv(folder / "subscriptions.csv", HEADER, *spans)]).files[0]


def tier(library: Library) -> str:
    """What Ann is now."""
    return str(library.value("SELECT subscription_status FROM library.users WHERE name = 'ann'"))


def test_an_open_span_makes_pro_and_closing_it_makes_free(library: Library, tmp_path: Path) -> None:
    assert load(library, tmp_path, span("2026-01-01")).inserted == 1
    assert tier(library) == "PRO"
    closed = load(library, tmp_path, span("2026-01-01", "2026-02-01"))
    assert (closed.updated, closed.rejected) == (1, 0)
    assert tier(library) == "FREE"
    assert load(library, tmp_path, span("2026-01-01", "2026-02-01")).unchanged == 1


def test_a_trial_then_a_paid_span_are_two_rows_of_one_subscription(library: Library, tmp_path: Path) -> None:
    trial, paid = span("2026-01-01", "2026-01-15", status="trialing"), span("2026-01-15")
    assert load(library, tmp_path, trial, paid).inserted == 2
    rows = library.rows("SELECT external_id, status, is_trial, currency FROM library.subscriptions ORDER BY started_at")
    assert rows == [("s1", "TRIALING", True, "USD"), ("s1", "ACTIVE", False, "USD")]
    assert tier(library) == "PRO"


def test_an_export_that_closes_a_span_and_opens_the_next_goes_in_whole(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01"))
    result = load(library, tmp_path, span("2026-03-01", plan="PRO_YEARLY"), span("2026-01-01", "2026-03-01"))
    assert (result.inserted, result.updated, result.rejected) == (1, 1, 0)


def test_spans_that_overlap_or_rewrite_history_are_rejected(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01"))
    result = load(
        library,
        tmp_path,
        span("2026-02-01", key="s2"),
        span("2026-01-01", plan="PRO_YEARLY"),
        span("2025-01-01", "2025-02-01", key="s0"),
        span("2025-01-15", "2025-03-01", key="s3"),
    )
    assert (result.inserted, result.rejected) == (1, 3)
    reasons = dict(library.rows("SELECT row_number, reason FROM library.import_rejections"))
    assert "overlaps another span" in reasons[1]
    assert "a change starts a new span" in reasons[2]
    assert "overlaps another span" in reasons[4]


def test_an_older_export_does_not_open_what_is_closed(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01", "2026-02-01"))
    older = load(library, tmp_path, span("2026-01-01"))
    assert (older.unchanged, older.updated) == (1, 0)
    both = load(library, tmp_path, span("2026-01-01", "2026-02-01"), span("2026-01-01"))
    assert (both.unchanged, both.duplicates) == (1, 1)
    assert tier(library) == "FREE"


def test_a_rejected_span_keeps_no_other_span_out(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01", "2026-02-01"))
    result = load(
        library,
        tmp_path,
        span("2026-01-15", "2026-03-01", key="overlaps the recorded one"),
        span("2026-02-15", "2026-03-15", key="overlaps only the rejected one"),
        span("2026-03-01", "2026-04-01", key="overlaps the accepted one"),
        span("2026-03-20", "2026-04-20", key="overlaps only the rejected one of before"),
    )
    assert (result.inserted, result.rejected) == (2, 2)


def test_a_span_inside_one_that_the_same_export_closes_is_rejected_alone(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01"))
    result = load(library, tmp_path, span("2026-01-10", "2026-01-20", key="s2"), span("2026-01-01", "2026-02-01"))
    assert (result.inserted, result.updated, result.rejected) == (0, 1, 1)


def test_unknown_people_and_plans_and_bad_values_are_rejected(library: Library, tmp_path: Path) -> None:
    rows = [
        ["x", "stranger", *span("2026-01-01")[2:]],
        span("2026-01-01", plan="GOLD"),
        span("2026-01-01", "2025-01-01"),
        [*span("2026-01-01")[:8], "-1", "USD", "MONTH"],
        [*span("2026-01-01")[:8], "12", "dollars", "MONTH"],
    ]
    assert load(library, tmp_path, *rows).rejected == 5


def test_a_span_that_ends_by_the_clock_makes_free_at_the_next_refresh(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, span("2026-01-01"))
    library.do("UPDATE library.subscriptions SET ended_at = now() - interval '1 second'")
    refresh_subscription_status(library.ingest)
    assert tier(library) == "FREE"


def test_accounts_are_known_by_their_id_and_addresses_stay_unique(library: Library, tmp_path: Path) -> None:
    people = [
        {"user_id": "u1", "email": "one@example.com", "name": "One", "created_at": "2026-01-01"},
        {"user_id": "u2", "email": "ONE@example.com", "name": "Two", "created_at": "2026-01-02"},
        {"user_id": "u3", "email": "not an address", "name": "Three", "created_at": "2026-01-03"},
    ]
    file = write_jsonl(tmp_path / "users.jsonl", people)
    first = load_users(library.ingest, [file]).files[0]
    assert (first.inserted, first.rejected) == (1, 2)
    moved = write_jsonl(tmp_path / "users.jsonl", [people[0] | {"email": "new@example.com"}])
    assert load_users(library.ingest, [moved]).files[0].updated == 1
    assert load_users(library.ingest, [moved]).files[0].unchanged == 1
    assert library.value("SELECT count(*) FROM library.import_rejections AS r WHERE r::text LIKE '%ONE@example%'") == 0
