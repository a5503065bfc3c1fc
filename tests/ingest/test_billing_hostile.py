"""What Stripe's records hold beside what we need is kept nowhere, and no record stops the others."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from ingest import FileResult, load_subscriptions
from schema.roles import Role
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.stripe import Event, envelope, refund, subscription

ANN = {"user_id": "ann@example.com"}
PRIVATE = ("Private", "4242", "555")


@pytest.fixture(autouse=True)
def ann(library: Library) -> int:
    """A person to bill."""
    return library.add_user("ann@example.com")


def load(library: Library, folder: Path, *events: Event) -> FileResult:
    """Load events from a file of their own."""
    return load_subscriptions(library.ingest, [write_jsonl(folder / "events.jsonl", events)]).files[0]


@pytest.mark.parametrize("role", [Role.DASHBOARD, Role.DBT, Role.ANALYST])
def test_only_those_who_load_read_what_stripe_told(library: Library, role: Role) -> None:
    for table in ("billing_events", "billing_customers"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            library.rows(f"SELECT * FROM library.{table}", role)
    assert library.rows("SELECT count(*) FROM library.refunds", Role.DBT) == [(0,)]


def test_nothing_private_is_kept_of_what_is_loaded_or_refused(library: Library, tmp_path: Path) -> None:
    private = {"name": "Ann Private", "phone": "+1 555 0100", "address": {"line1": "1 Private Road"}}
    customer = {"id": "cus_5", "object": "customer", "email": "x@example.com", **private}
    events = [
        subscription("2026-01-01"),
        subscription("2026-01-01", "asleep", key="sub_2"),
        subscription("2026-01-01", user="stranger", key="sub_3", customer=customer),
        envelope("customer.created", "2026-01-01", customer),
        refund("2026-01-05", 100),
    ]
    assert load(library, tmp_path, *events).rejected == 3
    stored = json.dumps(
        [
            library.rows(f"SELECT cast(t AS text) FROM library.{table} AS t")
            for table in ("billing_events", "billing_customers", "refunds", "import_rejections", "subscriptions")
        ]
    )
    assert not [word for word in PRIVATE if word in stored]
    addresses = library.rows(
        "SELECT record -> 'data' -> 'object' ->> 'email' FROM library.import_rejections ORDER BY id"
    )
    assert addresses == [(None,), (None,), ("x@example.com",)]


ODD: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    "x" * 300,
    -1,
    10**30,
    1.5,
    True,
    "\x00",
    "\ud800",
    [[]],
    {"a": {}},
    [None],
    "NaN",
)


def _mutations(value: Any) -> list[Any]:
    """The value with each of its parts exchanged for each odd thing."""
    found: list[Any] = [copy.deepcopy(odd) for odd in ODD]
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for changed in _mutations(value[key]):
            whole = copy.copy(value)
            whole[key] = changed
            found.append(whole)
    return found


def test_no_record_however_odd_stops_the_others(library: Library, tmp_path: Path) -> None:
    details = {"subscription": "sub_1", "metadata": ANN}
    invoice = {"id": "in_1", "charge": "ch_1", "customer": "cus_1", "parent": {"subscription_details": details}}
    originals = [
        subscription("2026-01-01"),
        refund("2026-01-05", 100, metadata=ANN),
        envelope("invoice.paid", "2026-01-01", invoice),
        envelope("customer.created", "2026-01-01", {"id": "cus_1", "email": "ann@example.com"}),
    ]
    odd = [changed for original in originals for changed in _mutations(original) if isinstance(changed, dict)]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [*odd, *originals]), encoding="utf-8")
    result = load_subscriptions(library.ingest, [path]).files[0]
    assert result.found == len(odd) + 4 > 1000
    assert result.found == result.inserted + result.unchanged + result.duplicates + result.rejected
    assert library.value("SELECT count(*) FROM library.subscriptions WHERE external_id = 'sub_1'") == 1
