"""What single Stripe records come to: amounts, people, plans, refunds."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest import FileResult, known_plans, load_subscriptions, map_price, retry_subscriptions
from ingest.billing.stripe_amounts import major_units
from schema.errors import PromptoryError
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.stripe import Event, envelope, item, refund, subscription

ANN = {"user_id": "ann@example.com"}
BY_USE = {"interval": "month", "usage_type": "metered"}
PRICES = "SELECT cast(amount AS text), currency, billing_interval, interval_count FROM library.subscriptions"


@pytest.fixture(autouse=True)
def ann(library: Library) -> int:
    """A person to bill."""
    return library.add_user("ann@example.com")


def load(library: Library, folder: Path, *events: Event) -> FileResult:
    """Load events from a file of their own."""
    return load_subscriptions(library.ingest, [write_jsonl(folder / "events.jsonl", events)]).files[0]


def reasons(library: Library) -> list[str]:
    """Why records were refused, in the order of their rows."""
    return [reason for (reason,) in library.rows("SELECT reason FROM library.import_rejections ORDER BY id")]


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [
        *((1200, "USD", "12.00"), (15000, "KRW", "15000.00"), (980, "JPY", "980.00"), (5250, "BHD", "5.25")),
        *((50000, "ISK", "500.00"), (300000, "UGX", "3000.00"), ("99.5", "EUR", "1.00")),
    ],
)
def test_minor_units_are_as_many_as_the_currency_has(minor: int | str, currency: str, major: str) -> None:
    assert str(major_units(Decimal(minor), currency)) == major


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([item("pro_monthly", 15000, currency="krw")], ("15000.00", "KRW", "MONTH", 1)),
        ([item("pro_yearly", 12000, interval="year")], ("120.00", "USD", "YEAR", 1)),
        ([item("pro_monthly", 3300, count=3)], ("33.00", "USD", "MONTH", 3)),
        ([item(quantity=5)], ("60.00", "USD", "MONTH", 1)),
        # Two seats of 12.00, and 60.00 a year for an add-on: 24.00 + 5.00.
        ([item(quantity=2), item("addon", 6000, interval="year")], ("29.00", "USD", "MONTH", 1)),
        (
            [item(), item("by_use", 500, recurring={"interval": "month", "usage_type": "metered"})],
            ("12.00", "USD", "MONTH", 1),
        ),
        ([item(amount=None, unit_amount_decimal="1199.5")], ("12.00", "USD", "MONTH", 1)),
    ],
)
def test_amounts(library: Library, tmp_path: Path, items: list[dict[str, Any]], told: tuple[Any, ...]) -> None:
    load(library, tmp_path, subscription("2026-01-01", "active", *items))
    assert library.rows(PRICES) == [told]


def test_an_old_subscription_has_a_plan_of_its_own(library: Library, tmp_path: Path) -> None:
    plan = {"id": "pro-yearly", "amount": 12000, "currency": "usd", "interval": "year", "interval_count": 1}
    load(library, tmp_path, subscription("2026-01-01", plan=plan, quantity=2, items=None))
    assert library.rows(PRICES) == [("240.00", "USD", "YEAR", 1)]


def test_a_year_from_a_leap_day_is_one_span(library: Library, tmp_path: Path) -> None:
    yearly = item("pro_yearly", 12000, interval="year")
    load(
        library,
        tmp_path,
        subscription("2024-02-29T23:59:59", "active", yearly),
        subscription("2025-02-28T23:59:59", "active", yearly),
        subscription("2026-02-28T23:59:59", "canceled", kind="deleted"),
    )
    span = library.rows("SELECT started_at::text, ended_at::text, interval_count FROM library.subscriptions")
    assert span == [("2024-02-29 23:59:59+00", "2026-02-28 23:59:59+00", 1)]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (subscription("2026-01-01", "active", item(interval="week")), "renews by the week"),
        (subscription("2026-01-01", "active", item(amount=None)), "in tiers"),
        (subscription("2026-01-01", "active", item(), item(currency="eur")), "several currencies"),
        (subscription("2026-01-01", "asleep"), "has the status 'asleep'"),
        (subscription("2026-01-01", items={"data": []}), "has no price"),
        (subscription("2026-01-01", user="stranger"), "a person the library does not know"),
        (subscription("2026-01-01", user=None), "a person the library does not know"),
        (subscription("1970-01-01T00:00:01"), "happened in the year 1970"),
        (refund("2026-01-01", 0), "a refund of nothing"),
    ],
)
def test_what_is_refused(library: Library, tmp_path: Path, event: Event, reason: str) -> None:
    assert load(library, tmp_path, event, subscription("2026-02-01", key="sub_good")).rejected == 1
    assert reason in reasons(library)[0]
    assert library.value("SELECT external_id FROM library.subscriptions") == "sub_good"


def test_a_price_nobody_named_is_refused_until_it_is_mapped(library: Library, tmp_path: Path) -> None:
    event = subscription("2026-01-01", "active", item("1Abc", 900, lookup_key=None))
    assert load(library, tmp_path, event).rejected == 1
    assert "promptory plans map 'price_1Abc' PLAN" in reasons(library)[0]
    assert map_price(library.ingest, " price_1Abc ", "pro_monthly") == "PRO_MONTHLY"
    assert retry_subscriptions(library.ingest).total("inserted") == 1
    assert retry_subscriptions(library.ingest).files == []
    assert library.rows("SELECT plan, cast(amount AS text) FROM library.subscriptions") == [("PRO_MONTHLY", "9.00")]


def test_mapping_a_price_again_corrects_what_was_loaded(library: Library, tmp_path: Path) -> None:
    map_price(library.ingest, "price_odd", "FREE")
    load(library, tmp_path, subscription("2026-01-01", "active", item("odd", 2400)))
    assert library.rows("SELECT plan FROM library.subscriptions") == [("FREE",)]
    assert library.value("SELECT subscription_status FROM library.users") == "FREE"
    map_price(library.ingest, "price_odd", "PRO_MAX_MONTHLY")
    assert library.rows("SELECT plan FROM library.subscriptions") == [("PRO_MAX_MONTHLY",)]
    assert library.value("SELECT subscription_status FROM library.users") == "PRO"
    assert {plan.code: plan.prices for plan in known_plans(library.ingest)}["PRO_MAX_MONTHLY"] == ["price_odd"]


def test_a_plan_that_is_not_known_cannot_be_mapped_to(library: Library) -> None:
    with pytest.raises(PromptoryError, match="There is no plan 'GOLD'; there are FREE, PRO_MAX_MONTHLY"):
        map_price(library.ingest, "price_1", "GOLD")
    with pytest.raises(PromptoryError, match="in 1 to 200 characters"):
        map_price(library.ingest, "", "FREE")


def test_a_customer_is_known_once_anything_said_who_it_is(library: Library, tmp_path: Path) -> None:
    nameless = subscription("2026-02-01", user=None, customer={"id": "cus_9", "object": "customer"})
    assert load(library, tmp_path, nameless).rejected == 1
    kept = library.value("SELECT record FROM library.import_rejections")
    who = envelope("customer.created", "2026-01-01", {"id": "cus_9", "object": "customer", "email": "ANN@example.com"})
    first = load(library, tmp_path, kept, who)
    assert (first.inserted, first.rejected) == (2, 0)
    session = {
        "id": "cs_1",
        "object": "checkout.session",
        "customer": "cus_8",
        "client_reference_id": "ann@example.com",
    }
    load(library, tmp_path, envelope("checkout.session.completed", "2026-01-01", session))
    assert load(library, tmp_path, subscription("2026-05-01", user=None, customer="cus_8", key="sub_8")).inserted == 1
    assert load(library, tmp_path, who).unchanged == 1


def test_an_id_that_is_not_known_is_nobody_whatever_the_address_says(library: Library, tmp_path: Path) -> None:
    customer = {"id": "cus_7", "object": "customer", "email": "ann@example.com", "metadata": {"userId": "stranger"}}
    assert load(library, tmp_path, envelope("customer.updated", "2026-01-01", customer)).rejected == 1


def test_events_that_are_nothing_to_us_are_passed_over(library: Library, tmp_path: Path) -> None:
    others = [
        envelope("charge.succeeded", "2026-01-01", {"id": "ch_1", "object": "charge", "customer": "cus_1"}),
        envelope("invoice.paid", "2026-01-01", {"id": "in_1", "object": "invoice", "customer": "cus_1"}),
        envelope("customer.subscription.updated", "2026-01-01", {"id": "x", "object": "something else"}),
    ]
    result = load(library, tmp_path, *others)
    assert (result.found, result.unchanged) == (3, 3)


def test_a_refund_is_of_its_invoices_subscription_and_changes_no_span(library: Library, tmp_path: Path) -> None:
    details = {"subscription": "sub_1", "metadata": ANN}
    invoice = {"id": "in_1", "object": "invoice", "customer": "cus_sub_1", "parent": {"subscription_details": details}}
    events = [
        refund("2026-03-05", 1200, invoice="in_1"),
        refund("2026-03-06", 300, charge="ch_2", customer="cus_sub_2"),
        envelope("invoice.paid", "2026-01-01", invoice),
        subscription("2026-01-01"),
        subscription("2026-03-01", "canceled", kind="deleted"),
        subscription("2026-03-01", key="sub_2"),
    ]
    assert load(library, tmp_path, *events, refund("2026-03-05", 1200, invoice="in_1")).duplicates == 1
    spans = library.rows("SELECT count(*), sum(amount) FROM library.subscriptions")
    assert spans == [(2, Decimal("24.00"))]
    refunds = library.rows("SELECT charge_id, subscription_id, cast(amount AS text) FROM library.refunds ORDER BY 1")
    assert refunds == [("ch_1", "sub_1", "12.00"), ("ch_2", "sub_2", "3.00")]


def test_spans_of_files_hold_until_the_first_event(library: Library, tmp_path: Path) -> None:
    header = ["subscription_id", "user_id", "plan", "status", "started_at", "amount", "currency", "billing_interval"]
    row = ["sub_1", "ann@example.com", "PRO_YEARLY", "ACTIVE", "2025-06-01", "120", "USD", "YEAR"]
    later = [*row[:4], "2026-03-01", *row[5:]]
    spans = [write_csv(tmp_path / "spans.csv", header, row)]
    load_subscriptions(library.ingest, spans)
    load(library, tmp_path, subscription("2026-02-01"))
    told = library.rows(
        "SELECT plan, started_at::date::text, ended_at::date::text FROM library.subscriptions ORDER BY started_at"
    )
    assert told == [("PRO_YEARLY", "2025-06-01", "2026-02-01"), ("PRO_MONTHLY", "2026-02-01", None)]
    again = load_subscriptions(library.ingest, [write_csv(tmp_path / "spans.csv", header, row, later)]).files[0]
    assert (again.unchanged, again.rejected) == (1, 1)
    assert "Stripe's records tell of" in reasons(library)[0]


def test_what_was_refused_for_its_person_loads_once_they_are_known(library: Library, tmp_path: Path) -> None:
    span = {"subscription_id": "s1", "email": "bo@example.com", "plan": "PRO_MONTHLY", "status": "ACTIVE"}
    span |= {"started_at": "2026-01-01", "ended_at": "2026-02-01", "amount": "12"}
    span |= {"currency": "USD", "billing_interval": "MONTH", "phone": "+1 555 0100"}
    export = {"id": "s2", "Customer ID": "", "Customer Email": "bo@example.com", "Plan": "pro_monthly", "Amount": "12"}
    export |= {"Currency": "usd", "Interval": "month", "Status": "active", "Start (UTC)": "2026-03-01 08:00"}
    export |= {"Current Period End (UTC)": "", "Customer Phone": "+1 555 0100"}
    event = subscription("2026-02-01", key="s3", user="bo@example.com")
    end = subscription("2026-03-01", "canceled", key="s3", user="bo@example.com", kind="deleted")
    assert load(library, tmp_path, span, export, event, end).rejected == 4
    library.add_user("bo@example.com")
    kept = library.rows("SELECT record FROM library.import_rejections ORDER BY id")
    assert load(library, tmp_path, subscription("2026-01-01", user="stranger", key="s4")).rejected == 1
    retried = retry_subscriptions(library.ingest).files[0]
    assert (retried.found, retried.inserted, retried.rejected) == (5, 4, 1)
    assert library.rows("SELECT count(*), count(resolved_at) FROM library.import_rejections") == [(5, 4)]
    assert retry_subscriptions(library.ingest).files[0].found == 1
    months = library.rows("SELECT external_id, to_char(started_at, 'MM') FROM library.subscriptions ORDER BY 1")
    assert months == [("s1", "01"), ("s2", "03"), ("s3", "02")]
    assert "555" not in json.dumps(kept, default=str)
