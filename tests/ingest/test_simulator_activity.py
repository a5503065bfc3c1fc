"""What the simulated people do: each thing that a metric is about is there to be seen, counted in the files."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ingest.simulator import Simulation, simulate, starter_prompts

PROMPTS = {prompt.key: prompt for prompt in starter_prompts()}
SIMULATION = Simulation(list(PROMPTS.values()), date(2026, 6, 28), days=84, users=600, events_a_day=1500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve weeks of a small application."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(SIMULATION, folder)
    return folder


@pytest.fixture(scope="module")
def sent(folder: Path) -> pd.DataFrame:
    """Its events as they stand in the files, with the day of the file and the day they happened."""
    files = sorted((folder / "activity").iterdir())
    events = pd.concat([pd.read_json(path, lines=True, dtype=False).assign(file=path.stem) for path in files])
    events["occurred_at"] = pd.to_datetime(events["occurred_at"], format="ISO8601", utc=True)
    return events.assign(day=events["occurred_at"].dt.strftime("%Y-%m-%d"))


@pytest.fixture(scope="module")
def events(sent: pd.DataFrame) -> pd.DataFrame:
    """Each event once, in order of time, without what creators and crawlers do."""
    looks = sent[sent["event_type"] == "view"].groupby("session_id").size()
    is_creator = sent["user_id"].str.startswith("contributor:").fillna(value=False).astype(bool)
    kept = sent[~is_creator & ~sent["session_id"].isin(looks.index[looks > 200])]
    return kept.drop_duplicates("event_id").sort_values(["occurred_at", "event_id"])


@pytest.fixture(scope="module")
def views(events: pd.DataFrame) -> pd.DataFrame:
    """The views among them."""
    return events[events["event_type"] == "view"]


@pytest.fixture(scope="module")
def people(folder: Path, events: pd.DataFrame) -> pd.DataFrame:
    """Events of signed-in people with the week of their membership, counted from 0."""
    accounts = pd.read_json(folder / "users" / "users.jsonl", lines=True, dtype=False).set_index("user_id")
    signed_up = pd.to_datetime(accounts["created_at"], utc=True)
    acted = events.dropna(subset="user_id")
    acted = acted.assign(signed_up=acted["user_id"].map(signed_up))
    return acted.assign(week=(acted["occurred_at"] - acted["signed_up"]).dt.days // 7)


def test_people_sign_up_all_along_more_and_more_and_do_nothing_before(people: pd.DataFrame) -> None:
    assert people["week"].min() == 0
    firsts = people.drop_duplicates("user_id")
    joined = firsts[firsts["signed_up"] >= "2026-04-06"]
    by_month = joined["signed_up"].dt.month.value_counts()
    assert by_month[4] > 60
    assert by_month[6] > by_month[4]
    # Signing up is the first thing that somebody does.
    assert (joined["event_type"] == "sign_in").mean() > 0.95
    assert (joined["week"] == 0).mean() > 0.95


def test_habits_fade_and_some_people_never_become_active(people: pd.DataFrame) -> None:
    joined = people[(people["signed_up"] >= "2026-04-06") & (people["signed_up"] < "2026-05-17")]
    size = joined["user_id"].nunique()
    retained = joined.groupby("week")["user_id"].nunique() / size
    assert 0.35 < retained[1] < 0.75
    assert 0.15 < retained[5] < retained[2] < retained[1]
    early = joined[(joined["week"] == 0) & joined["event_type"].isin(["like", "copy"])]
    assert 0.3 < early["user_id"].nunique() / size < 0.8


def test_weekends_and_nights_are_quiet(events: pd.DataFrame) -> None:
    weekdays = events.groupby(events["occurred_at"].dt.day_of_week).size()
    assert weekdays[[5, 6]].max() < 0.85 * weekdays[[0, 1, 2, 3]].min()
    hours = events.groupby(events["occurred_at"].dt.hour).size().tolist()
    assert max(hours[1:5]) < 0.3 * min(hours[9:18])


def test_popularity_is_heavy_tailed_and_drifts_with_prompts_that_rise_fade_and_come_anew(views: pd.DataFrame) -> None:
    totals = views["prompt_key"].value_counts()
    assert 0.3 < totals.head(12).sum() / totals.sum() < 0.7
    assert len(totals) == len(PROMPTS)
    weeks = views.groupby(["prompt_key", views["occurred_at"].dt.isocalendar().week]).size().unstack(fill_value=0)
    # Seen every week, but in one of them four times as often as in the first and the last.
    known = weeks[weeks.min(axis=1) > 0]
    assert 2 <= (known.max(axis=1) > 4 * known.iloc[:, [0, -1]].max(axis=1)).sum() <= 12
    first_seen = views.drop_duplicates("prompt_key")["occurred_at"]
    assert 10 <= (first_seen > "2026-04-20").sum() <= 50
    months = views.groupby(["prompt_key", views["occurred_at"].dt.month]).size().unstack(fill_value=0)
    old = months[months.min(axis=1) > 20]
    shares = old / old.sum()
    growth = shares[6] / shares[4]
    assert 0.2 < ((growth > 1.5) | (growth < 1 / 1.5)).mean() < 0.7


def test_people_keep_to_their_tastes(people: pd.DataFrame) -> None:
    looked = people[people["event_type"] == "view"]
    korean = looked["prompt_key"].map(lambda key: PROMPTS[key].language == "ko")
    shares = korean.groupby(looked["user_id"]).mean()[looked["user_id"].value_counts() >= 20]
    assert ((shares < 0.3) | (shares > 0.7)).mean() > 0.7
    assert (shares > 0.7).sum() > 50


def test_every_visit_has_a_session_signed_in_or_not(events: pd.DataFrame) -> None:
    assert events["session_id"].notna().all()
    assert (events.groupby("session_id")["user_id"].nunique(dropna=False) == 1).all()
    assert 0.2 < events["user_id"].isna().mean() < 0.4
    of_people = events[events["event_type"].isin(["like", "unlike", "sign_in"])]
    assert of_people["user_id"].notna().all()


def test_searches_find_or_miss_in_both_languages_and_better_positions_are_clicked_more(events: pd.DataFrame) -> None:
    searches = events[events["event_type"] == "search"]
    missed, clicked = searches["result_count"] == 0, searches["prompt_key"].notna()
    assert 0.05 < missed.mean() < 0.15
    assert 0.1 < (~missed & ~clicked).mean() < 0.4
    assert not (missed & clicked).any()
    assert searches["position"].notna().equals(clicked)
    assert (searches["position"] <= searches["result_count"])[clicked].all()
    positions = searches["position"].value_counts()
    assert positions[1] > 1.5 * positions[2] > 1.5 * positions[4] > 1.5 * positions[8]
    korean = searches["query"].str.contains("[가-힣]")
    for some in (searches[missed & korean], searches[missed & ~korean], searches[clicked & korean]):
        assert len(some) > 100
    # What was clicked is what is looked at in the same visit.
    looks = set(zip(*(events[events["event_type"] == "view"][c] for c in ("session_id", "prompt_key")), strict=True))
    assert set(zip(searches[clicked]["session_id"], searches[clicked]["prompt_key"], strict=True)) <= looks


def test_the_paywall_stops_who_does_not_pay(folder: Path, events: pd.DataFrame) -> None:
    pro = {key for key, prompt in PROMPTS.items() if prompt.is_pro}
    walls = events[events["event_type"] == "paywall_view"]
    assert len(walls) > 1000
    assert set(walls["prompt_key"]) <= pro
    spans = pd.read_csv(folder / "subscriptions" / "subscriptions.csv")
    used = events[(events["event_type"] == "copy") & events["prompt_key"].isin(pro)]
    assert len(used) > 100
    assert set(used["user_id"]) <= set(spans["user_id"])
    # Most who subscribe stood before the paywall not long ago.
    firsts = spans.drop_duplicates("subscription_id").assign(
        at=lambda table: pd.to_datetime(table["started_at"], utc=True)
    )
    met = firsts[firsts["at"] > "2026-04-10"].merge(walls, on="user_id", how="left")
    waited = met["at"] - met["occurred_at"]
    soon = met[(waited > pd.Timedelta(0)) & (waited < pd.Timedelta(days=2))]
    assert soon["subscription_id"].nunique() > 0.5 * met["subscription_id"].nunique() > 20


def test_likes_are_given_once_and_taken_back_after(events: pd.DataFrame) -> None:
    words = events[events["event_type"].isin(["like", "unlike"])]
    before = words.groupby(["user_id", "prompt_key"])["event_type"].shift()
    assert (before.fillna("unlike") != words["event_type"]).all()
    assert (words["event_type"] == "unlike").sum() > 50
    assert (events["event_type"] == "share").sum() > 500


def test_creators_look_at_their_own_prompts(sent: pd.DataFrame) -> None:
    authors = sent["prompt_key"].map(lambda key: f"contributor:{PROMPTS[key].author}", na_action="ignore")
    own = sent[(sent["event_type"] == "view") & (sent["user_id"] == authors)]
    assert len(own) > 300
    assert own["user_id"].nunique() > 5


def test_a_few_crawlers_look_at_hundreds_of_prompts_and_copy_nothing(sent: pd.DataFrame) -> None:
    sessions = sent.groupby("session_id")["event_type"].agg(["size", "nunique", "first"])
    crawls = sessions[sessions["size"] > 200]
    assert 5 <= len(crawls) <= 40
    assert set(crawls["first"]) == {"view"}
    assert set(crawls["nunique"]) == {1}
    assert 0.02 < crawls["size"].sum() / len(sent) < 0.12


def test_some_events_come_late_and_some_twice(sent: pd.DataFrame) -> None:
    late = pd.to_datetime(sent["file"]) - pd.to_datetime(sent["day"])
    assert late.min() == pd.Timedelta(0)
    assert pd.Timedelta(days=4) <= late.max() <= pd.Timedelta(days=7)
    assert 0.005 < (late > pd.Timedelta(0)).mean() < 0.03
    again = sent[sent.duplicated("event_id", keep=False)]
    assert 0.002 < len(again) / 2 / len(sent) < 0.01
    # The same event again, in the same file or in a later one.
    assert (again.drop(columns="file").groupby("event_id").nunique() <= 1).all(axis=None)
    assert 0.1 < (again.groupby("event_id")["file"].nunique() == 2).mean() < 0.9
