"""Admins say who may do what; nobody else can."""

import pytest
from streamlit.testing.v1 import AppTest
from structlog.testing import capture_logs

from schema.models import Duty, Tier, UserRole
from schema.repository.people import ensure_account
from schema.repository.users import find_people, set_role
from tests.dashboard.driver import clicked, page_of, settled, signed_in
from tests.support.library import Library


@pytest.fixture
def people(configured: Library) -> dict[str, int]:
    """An admin, a reader who signs in, and a contributor who cannot."""
    for name, role in (("admin", UserRole.ADMIN), ("ann", UserRole.USER)):
        email, password = f"{name}@example.com", f"{name}-password"
        ensure_account(configured.ingest, email=email, name=name, password=password, role=role, tier=Tier.FREE)
    configured.do("INSERT INTO library.users (external_id, name) VALUES ('contributor:poet', 'poet')")
    return {name: int(number) for name, number in configured.rows("SELECT name, id FROM library.users")}


@pytest.fixture
def page(people: dict[str, int]) -> AppTest:
    return page_of(signed_in("admin@example.com", "admin-password"), "users")


def test_the_list_holds_everybody_with_an_account_and_no_secret(page: AppTest) -> None:
    assert {metric.label: metric.value for metric in page.metric} == {
        "Accounts": "2",
        "Pro accounts": "0",
        "Admins, curators and analysts": "1",
    }
    shown = page.dataframe[0].value
    assert sorted(shown.name) == ["admin", "ann"]
    assert "argon2" not in shown.to_csv()
    page.text_input(key="people").input("ANN@")
    assert settled(page).dataframe[0].value.email.tolist() == ["ann@example.com"]
    page.text_input(key="people").input("' OR 1=1 --")
    assert not settled(page).dataframe


def test_an_admin_makes_a_reader_a_curator_who_then_sees_the_import_page_only(
    page: AppTest, people: dict[str, int], configured: Library
) -> None:
    page.text_input(key="people").input("ann@")
    settled(page)
    page.session_state["people-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    settled(page)
    page.multiselect[0].set_value([Duty.CURATOR])
    with capture_logs() as logged:
        clicked(page, "Save")
    told = [line for line in logged if line["event"] == "role_changed"]
    assert [(line["user"], line["by"], line["duties"]) for line in told] == [
        (people["ann"], people["admin"], ["CURATOR"])
    ]
    assert "ann" not in str(told), "a line in the log names nobody"
    ann = signed_in("ann@example.com", "ann-password")
    assert page_of(ann, "import_prompts").title[0].value == "Import prompts"
    for guarded in ("tags", "users"):
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            ann.switch_page(f"app_pages/{guarded}.py")


def test_the_database_lets_only_an_admin_change_others(people: dict[str, int], configured: Library) -> None:
    changes = [("ann", "ann", False), ("ann", "admin", False), ("admin", "admin", False), ("admin", "ann", True)]
    for who, whom, is_done in changes:
        with configured.viewer(people[who]) as session:
            assert set_role(session, people[whom], UserRole.ADMIN, frozenset({Duty.ANALYST})) is is_done
    with configured.viewer(people["ann"]) as session:
        assert [one.name for one in find_people(session)] == ["ann"], "readers see themselves"
