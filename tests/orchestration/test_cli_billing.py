"""Billing at the terminal: an unknown price is said, mapped, and loaded. Real processes."""

import json
from pathlib import Path

from tests.orchestration.test_cli import promptory, told
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.stripe import item, subscription


def test_an_unknown_price_is_refused_mapped_and_loaded(configured: Library, tmp_path: Path) -> None:
    configured.add_user("ann@example.com")
    file = write_jsonl(tmp_path / "events.jsonl", [subscription("2026-01-01", "active", item("odd", 900))])
    first = json.loads(promptory("load-subscriptions", str(file), "--json").stdout)
    assert first["files"][0]["rejected"] == 1
    refused = json.loads(promptory("rejections", str(first["batch_id"]), "--json").stdout)["rejections"]
    assert "promptory plans map 'price_odd' PLAN" in refused[0]["reason"]
    assert "'price_odd' stands for PRO_MONTHLY." in promptory("plans", "map", "price_odd", "pro_monthly").stdout
    assert "There is no plan 'GOLD'" in told(promptory("plans", "map", "price_odd", "GOLD"))
    plans = json.loads(promptory("plans", "list", "--json").stdout)["plans"]
    assert [plan["code"] for plan in plans if plan["prices"] == ["price_odd"]] == ["PRO_MONTHLY"]
    assert "price_odd" in promptory("plans", "list").stdout
    assert json.loads(promptory("load-subscriptions", str(file), "--json").stdout)["files"][0]["inserted"] == 1
