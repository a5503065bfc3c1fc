"""Stripe's events: spans follow from all of them, whatever order they come in; nothing private is kept."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from ingest import FileResult, load_subscriptions
from schema.migrations import downgrade, upgrade
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.stripe import Event, item, refund, subscription

SPANS = """
SELECT
    status, plan, cast(amount AS text), to_char(started_at, 'YYYY-MM-DD'), to_char(ended_at, 'YYYY-MM-DD')
FROM library.subscriptions ORDER BY started_at
"""
WHOLE_SPANS = """
SELECT
    k.external_id, u.external_id, k.status, k.plan, k.started_at, k.ended_at, k.amount, k.currency,
    k.billing_interval, k.interval_count, k.is_trial, k.current_period_end, k.canceled_at
FROM library.subscriptions AS k INNER JOIN library.users AS u ON u.id = k.user_id
ORDER BY k.external_id, k.started_at
"""
REFUNDS = """
SELECT cast(amount AS text), to_char(refunded_at, 'YYYY-MM-DD'), subscription_id
FROM library.refunds ORDER BY refunded_at
"""
ANN = {"user_id": "ann@example.com"}
STATUSES = ["trialing", "active", "active", "past_due", "unpaid", "paused", "canceled", "incomplete"]
YEARLY = item("pro_yearly", 12000, interval="year")
LIFE = [
    subscription("2026-01-01", "trialing", kind="created"),
    subscription("2026-01-12", "trialing", kind="trial_will_end"),
    subscription("2026-01-15", "active"),
    subscription("2026-02-15", "active", item("pro_max_monthly", 2400)),
    subscription("2026-03-15", "past_due", item("pro_max_monthly", 2400)),
    subscription("2026-03-29", "unpaid", item("pro_max_monthly", 2400)),
    subscription("2026-04-05", "canceled", kind="deleted"),
    subscription("2026-05-01", "active", YEARLY, kind="created", key="sub_2"),
]
LIFE_AS_SPANS = [
    ("TRIALING", "PRO_MONTHLY", "12.00", "2026-01-01", "2026-01-15"),
    ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-15", "2026-02-15"),
    ("ACTIVE", "PRO_MAX_MONTHLY", "24.00", "2026-02-15", "2026-03-15"),
    ("PAST_DUE", "PRO_MAX_MONTHLY", "24.00", "2026-03-15", "2026-03-29"),
    ("UNPAID", "PRO_MAX_MONTHLY", "24.00", "2026-03-29", "2026-04-05"),
    ("ACTIVE", "PRO_YEARLY", "120.00", "2026-05-01", None),
]


@pytest.fixture(autouse=True)
def ann(library: Library) -> int:
    """A person to bill."""
    return library.add_user("ann@example.com")


def load(library: Library, folder: Path, *events: Event) -> FileResult:
    """Load events from a file of their own."""
    return load_subscriptions(library.ingest, [write_jsonl(folder / "events.jsonl", events)]).files[0]


def test_a_subscription_from_trial_to_reactivation_is_spans_that_touch(library: Library, tmp_path: Path) -> None:
    result = load(library, tmp_path, *LIFE)
    assert (result.format, result.inserted, result.rejected) == ("jsonl: Stripe events", 8, 0)
    assert library.rows(SPANS) == LIFE_AS_SPANS
    assert library.value("SELECT subscription_status FROM library.users") == "PRO"


@pytest.mark.parametrize("seed", range(8))
def test_events_in_any_order_in_parts_and_twice_give_the_same(library: Library, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    refunds = [refund(day, sum_, metadata=ANN) for day, sum_ in (("2026-02-20", 500), ("2026-02-25", 1200))]
    events = [*LIFE, *refunds, *chance.sample(LIFE, 4)]
    chance.shuffle(events)
    cuts = sorted({0, *chance.sample(range(1, len(events)), 3), len(events)})
    for start, end in pairwise(cuts):
        load(library, tmp_path, *events[start:end])
    assert library.rows(SPANS) == LIFE_AS_SPANS
    assert library.rows(REFUNDS) == [("5.00", "2026-02-20", "sub_1"), ("7.00", "2026-02-25", "sub_1")]


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_of_people_with_several_subscriptions_do_not_depend_on_the_order(
    library: Library, other_library: Library, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    people = [f"p{number}@example.com" for number in range(5)]
    events = []
    for number in range(300):
        person = chance.randrange(5)
        at = f"2026-{chance.randrange(1, 4):02}-{chance.randrange(1, 29):02}T00:00:0{chance.randrange(2)}"
        status = chance.choice(STATUSES)
        price = chance.choice([item(), YEARLY, item("pro_max_monthly", 2400, quantity=chance.choice([1, 2]))])
        key = f"sub_{person}_{chance.randrange(3)}"
        events.append(subscription(at, status, price, key=key, user=people[person], event=f"evt_{number}"))
    for one in (library, other_library):
        for person_id in people:
            one.add_user(person_id)
    load(library, tmp_path, *sorted(events, key=lambda event: event["created"]))
    chance.shuffle(events)
    for start in range(0, 300, 60):
        load(other_library, tmp_path, *events[start : start + 90])
    assert library.rows(WHOLE_SPANS) == other_library.rows(WHOLE_SPANS)
    assert library.value("SELECT count(*) FROM library.subscriptions") > 30
    tiers = "SELECT external_id, subscription_status FROM library.users WHERE name <> 'ann' ORDER BY external_id"
    assert library.rows(tiers) == other_library.rows(tiers)


def test_spans_are_what_a_walk_through_the_events_gives(library: Library, tmp_path: Path) -> None:
    chance = random.Random(7)
    days = sorted(chance.sample(range(1, 29), 20))
    told = [(f"2026-01-{day:02}", chance.choice(STATUSES), chance.choice([1200, 2400])) for day in days]
    load(library, tmp_path, *(subscription(day, status, item(amount=amount)) for day, status, amount in told))
    walked: list[list[str | None]] = []
    before: tuple[str, int] | None = None
    for day, status, amount in told:
        now = None if status in ("canceled", "incomplete") else (status.upper(), amount)
        if now != before:
            if before:
                walked[-1][-1] = day
            if now:
                walked.append([now[0], "PRO_MONTHLY", f"{amount / 100:.2f}", day, None])
        before = now
    assert [list(row) for row in library.rows(SPANS)] == walked


def test_events_of_the_same_second_are_taken_as_they_must_have_been(library: Library, tmp_path: Path) -> None:
    load(
        library,
        tmp_path,
        subscription("2026-01-01", "active", kind="updated", event="evt_a"),
        subscription("2026-01-01", "incomplete", kind="created", event="evt_z"),
        subscription("2026-02-01", "canceled", kind="deleted", event="evt_b"),
        subscription("2026-02-01", "active", event="evt_y"),
    )
    assert library.rows(SPANS) == [("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-01", "2026-02-01")]


def test_what_never_was_paid_gives_no_span(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, subscription("2026-01-01", "incomplete"), subscription("2026-01-02", "incomplete_expired"))
    assert library.rows(SPANS) == []
    assert library.value("SELECT subscription_status FROM library.users") == "FREE"


def test_a_renewal_and_a_wish_to_leave_move_a_span_on_and_open_none(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, subscription("2026-01-01", current_period_end=1769904000))
    first = library.value("SELECT id FROM library.subscriptions")
    leaving = item() | {"current_period_end": 1772323200}
    load(library, tmp_path, subscription("2026-02-01", "active", leaving, canceled_at=1769990400))
    rows = library.rows("SELECT current_period_end::date::text, canceled_at::date::text FROM library.subscriptions")
    assert rows == [("2026-03-01", "2026-02-02")]
    load(library, tmp_path, subscription("2026-02-03", "active", leaving, canceled_at=None))
    assert library.rows("SELECT canceled_at, ended_at FROM library.subscriptions") == [(None, None)]
    assert first < library.value("SELECT id FROM library.subscriptions")


def test_what_comes_out_as_it_was_keeps_its_row(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, *LIFE[:4])
    before = library.rows("SELECT id, batch_id FROM library.subscriptions ORDER BY started_at")
    load(library, tmp_path, *LIFE)
    after = library.rows("SELECT id, batch_id FROM library.subscriptions ORDER BY started_at")
    assert after[:2] == before[:2]
    assert load(library, tmp_path, *LIFE).unchanged == 8


def test_of_two_subscriptions_at_once_the_newer_counts_and_then_the_older_again(
    library: Library, tmp_path: Path
) -> None:
    newer = [
        subscription("2026-02-01", "active", item("pro_max_monthly", 2400), key="sub_2"),
        subscription("2026-03-01", "canceled", key="sub_2", kind="deleted"),
    ]
    load(library, tmp_path, *newer, subscription("2026-01-01"), subscription("2026-04-01", "canceled", kind="deleted"))
    assert library.rows(SPANS) == [
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-01", "2026-02-01"),
        ("ACTIVE", "PRO_MAX_MONTHLY", "24.00", "2026-02-01", "2026-03-01"),
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-03-01", "2026-04-01"),
    ]


def test_a_paid_subscription_counts_before_a_newer_trial_and_a_paused_one(library: Library, tmp_path: Path) -> None:
    load(
        library,
        tmp_path,
        subscription("2026-01-01"),
        subscription("2026-02-01", "trialing", key="sub_2"),
        subscription("2026-02-01", "paused", key="sub_3"),
        subscription("2026-03-01", "canceled", kind="deleted"),
    )
    assert library.rows(SPANS) == [
        ("ACTIVE", "PRO_MONTHLY", "12.00", "2026-01-01", "2026-03-01"),
        ("TRIALING", "PRO_MONTHLY", "12.00", "2026-03-01", None),
    ]


def test_going_a_version_back_and_forth_keeps_the_spans(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, *LIFE)
    downgrade(library.engine(), "0007")
    assert library.rows(SPANS) == LIFE_AS_SPANS
    upgrade(library.engine())
    assert load(library, tmp_path, *LIFE).inserted == 8
    assert library.rows(SPANS) == LIFE_AS_SPANS
