"""The simulated billing: each kind of change is there, and no history contradicts itself."""

from datetime import date

import pandas as pd
import pytest

from ingest.simulator import Simulation, starter_prompts
from ingest.simulator.billing import histories
from ingest.simulator.people import People

MOMENTS = ["started_at", "current_period_end", "canceled_at", "ended_at"]
PRICES = {
    ("PRO_MONTHLY", "USD"): 12,
    ("PRO_YEARLY", "USD"): 120,
    ("PRO_MAX_MONTHLY", "USD"): 24,
    ("PRO_MAX_YEARLY", "USD"): 240,
    ("PRO_MONTHLY", "KRW"): 15_000,
    ("PRO_YEARLY", "KRW"): 150_000,
    ("PRO_MAX_MONTHLY", "KRW"): 30_000,
    ("PRO_MAX_YEARLY", "KRW"): 300_000,
}
END = pd.Timestamp("2026-06-29", tz="UTC")


@pytest.fixture(scope="module")
def spans() -> pd.DataFrame:
    """Two years of many people, each span beside the one before it of the same person."""
    simulation = Simulation(list(starter_prompts()), date(2026, 6, 28), days=730, users=4_000)
    table = pd.DataFrame([span.record() for span in histories(simulation, People.born(simulation))])
    for column in MOMENTS:
        table[column] = pd.to_datetime(table[column].replace("", None), utc=True)
    table["amount"] = table["amount"].astype(float)
    before = table.groupby("user_id")[["subscription_id", "plan", "status", "current_period_end", "ended_at"]].shift()
    return table.join(before.add_prefix("last_"))


@pytest.fixture(scope="module")
def changes(spans: pd.DataFrame) -> pd.DataFrame:
    """Spans that go on where another one of the same subscription ended."""
    return spans[spans["subscription_id"] == spans["last_subscription_id"]]


def test_spans_of_a_person_never_overlap_and_changes_close_and_open_at_the_same_instant(
    spans: pd.DataFrame, changes: pd.DataFrame
) -> None:
    followers = spans.dropna(subset="last_subscription_id")
    assert (followers["last_ended_at"] <= followers["started_at"]).all()
    assert changes["last_ended_at"].equals(changes["started_at"])
    assert len(changes) > 1000
    assert not spans.duplicated(["subscription_id", "started_at"]).any()
    assert (spans["ended_at"].isna() | (spans["started_at"] < spans["ended_at"])).all()


def test_nothing_is_told_that_lies_ahead(spans: pd.DataFrame) -> None:
    assert spans[["started_at", "canceled_at", "ended_at"]].max().max() < END
    is_open = spans["ended_at"].isna()
    assert (spans[is_open]["current_period_end"] >= END).all()
    assert (spans[~is_open]["ended_at"] <= spans[~is_open]["current_period_end"]).all()


def test_every_plan_is_sold_at_its_price_in_dollars_and_won(spans: pd.DataFrame) -> None:
    sold = spans.groupby(["plan", "currency"])["amount"].unique()
    assert {key: price.tolist() for key, price in sold.items()} == {key: [price] for key, price in PRICES.items()}
    assert (spans["plan"].str.endswith("YEARLY") == (spans["billing_interval"] == "YEAR")).all()
    assert 0.15 < (spans["currency"] == "KRW").mean() < 0.4
    assert (spans.groupby("user_id")["currency"].nunique() == 1).all()


def test_trials_last_fourteen_days_and_some_convert(spans: pd.DataFrame, changes: pd.DataFrame) -> None:
    trials = spans[spans["status"] == "TRIALING"]
    over = trials.dropna(subset="ended_at")
    assert set(over["ended_at"] - over["started_at"]) == {pd.Timedelta(days=14)}
    converted = changes[changes["last_status"] == "TRIALING"]
    assert set(converted["status"]) == {"ACTIVE"}
    assert 0.4 < len(converted) / len(over) < 0.7
    # Who does not stay says so before the end.
    left = over[~over["subscription_id"].isin(converted["subscription_id"])]
    assert (left["canceled_at"] < left["ended_at"]).all()
    assert len(spans.drop_duplicates("user_id")) - len(trials) > 50


def test_plans_go_up_and_down_on_the_day_of_renewal_and_in_between(changes: pd.DataFrame) -> None:
    other = changes[changes["plan"] != changes["last_plan"]]
    pairs = set(zip(other["last_plan"], other["plan"], strict=True))
    assert {("PRO_MONTHLY", "PRO_MAX_MONTHLY"), ("PRO_MAX_MONTHLY", "PRO_MONTHLY")} <= pairs
    assert {("PRO_MONTHLY", "PRO_YEARLY"), ("PRO_YEARLY", "PRO_MONTHLY"), ("PRO_YEARLY", "PRO_MAX_YEARLY")} <= pairs
    at_renewal = other["started_at"] == other["last_current_period_end"]
    assert at_renewal.sum() > 50
    assert (~at_renewal).sum() > 50
    assert (other[~at_renewal]["started_at"] < other[~at_renewal]["last_current_period_end"]).all()


def test_renewals_keep_to_the_day_of_the_month(spans: pd.DataFrame) -> None:
    paid = spans[(spans["status"] == "ACTIVE") & (spans["last_status"] == "TRIALING")]
    anchors, ends = paid["started_at"].dt, paid["current_period_end"].dt
    shorter = anchors.day > ends.days_in_month
    assert shorter.sum() > 3
    assert (ends.day == anchors.day.where(~shorter, ends.days_in_month)).all()
    assert (ends.time == anchors.time).all()


def test_failed_payments_recover_or_end_the_subscription(spans: pd.DataFrame, changes: pd.DataFrame) -> None:
    failed = spans[(spans["status"] == "PAST_DUE") & spans["ended_at"].notna()]
    assert set(failed["last_status"]) == {"ACTIVE"}
    assert (failed["started_at"] == failed["last_current_period_end"]).all()
    recovered = changes[changes["last_status"] == "PAST_DUE"]
    assert set(recovered["status"]) == {"ACTIVE"}
    ended = failed[failed["canceled_at"].notna()]
    assert len(recovered) > 30
    assert len(recovered) + len(ended) == len(failed)
    assert set(ended["ended_at"] - ended["started_at"]) == {pd.Timedelta(days=14)}


def test_people_leave_at_the_end_of_what_they_paid_for_and_some_come_back(spans: pd.DataFrame) -> None:
    last = spans.drop_duplicates("subscription_id", keep="last")
    left = last[last["ended_at"].notna() & (last["status"] == "ACTIVE")]
    assert len(left) > 100
    assert left["ended_at"].equals(left["current_period_end"])
    notice = left["ended_at"] - left["canceled_at"]
    assert (notice.min(), notice.max()) > (pd.Timedelta(hours=11), pd.Timedelta(days=11))
    asked = last[last["ended_at"].isna() & last["canceled_at"].notna()]
    assert len(asked) > 5
    again = spans[spans["last_subscription_id"].notna() & (spans["subscription_id"] != spans["last_subscription_id"])]
    assert set(again["status"]) == {"ACTIVE"}
    assert ((again["started_at"] - again["last_ended_at"]) >= pd.Timedelta(days=3)).all()
    assert 50 < len(again) < len(left)
