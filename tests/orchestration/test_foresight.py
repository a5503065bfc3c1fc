"""The nightly measurement of recommendations: its sums are those of ir-measures, its split worked out by hand."""

import json
from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from pyarrow import parquet

from orchestration.defs.checks import quality_does_not_fall
from orchestration.evaluation.measures import mean_measures
from orchestration.lib import foresight
from orchestration.lib.accuracy import Accuracy, accuracy_of
from orchestration.lib.foresight import measure_foresight
from schema.errors import PromptoryError
from schema.roles import Role
from tests.support.library import Library
from tests.support.spark import extract
from tests.support.warehouse import run_dbt


def test_the_sums_are_those_of_ir_measures() -> None:
    chance = np.random.default_rng(7)
    lists = [chance.permutation(60)[: chance.integers(0, 31)].tolist() for _ in range(50)]
    liked = [frozenset(chance.permutation(60)[: chance.integers(1, 31)].tolist()) for _ in lists]
    found = accuracy_of(lists, liked, 60)
    judged = {str(who): dict.fromkeys(map(str, wanted), 1) for who, wanted in enumerate(liked)}
    run = {str(who): {str(one): 1.0 / (place + 1) for place, one in enumerate(row)} for who, row in enumerate(lists)}
    theirs = mean_measures({"recall": "R@20", "ndcg": "nDCG@20"}, judged, run)
    assert found.recall == pytest.approx(theirs["recall"])
    assert found.ndcg == pytest.approx(theirs["ndcg"])


def test_coverage_is_of_all_prompts_and_what_is_not_offered_does_not_count() -> None:
    # Of 30 recommended ones the twenty-first is too late.
    assert accuracy_of([list(range(30)), []], [frozenset({20}), frozenset({1})], 40) == Accuracy(0, 0, 0.5)


@pytest.fixture
def split(library: Library, tmp_path: Path) -> Library:
    """Likes of 1 May, and of 10 May, the last day of the test; the cut is the midnight with which 4 May begins."""
    people = {name: library.add_user(f"{name}@example.com") for name in ("ann", "ben", "cho", "dan", "eve")}
    prompts = {title: library.add_prompt(title) for title in ("soup", "trip", "stew", "late")}
    library.do("UPDATE library.prompts SET created_at = '2020-01-01' WHERE title <> 'late'")
    library.do("UPDATE library.prompts SET created_at = '2026-05-05' WHERE title = 'late'")
    before = {"ann": ("soup", "stew"), "ben": ("soup",), "cho": ("soup", "trip"), "dan": ("trip",)}
    # Nobody could foresee a prompt that was not there, nor what somebody likes of whom nothing was known.
    after = {"ben": ("stew", "late"), "eve": ("soup",)}
    for moment, likes in (("2026-05-01T12:00:00Z", before), ("2026-05-10T12:00:00Z", after)):
        for name, titles in likes.items():
            for title in titles:
                library.do(
                    "INSERT INTO library.user_prompt_likes VALUES (:user, :prompt, :moment)",
                    user=people[name], prompt=prompts[title], moment=moment,
                )  # fmt: skip
    run_dbt(library, tmp_path / "target", "run", "--select", "+int_prompt_signals")
    return library


def test_the_likes_of_the_newest_week_are_foreseen_from_those_before_it(split: Library) -> None:
    found = measure_foresight(split.engine(Role.DBT))
    # To Ben: stew at 1/2 / 3, trip at 1/2 / (3 * 2^.2). The most liked that he does not like: trip, then stew.
    assert found is not None
    assert (str(found.last_date), found.people, found.prompts) == ("2026-05-10", 1, 3)
    assert found.ours == Accuracy(1, 1, 2 / 3)
    assert found.popular == Accuracy(1, float(1 / np.log2(3)), 2 / 3)
    assert measure_foresight(split.engine(Role.DBT)) == found
    nights = "SELECT last_date::text, people, recall, popular_recall FROM library.recommendation_nights"
    assert split.rows(nights) == [("2026-05-10", 1, 1, 1)]


# Views and copies of a month before the likes of the split; eve, of whom nothing else was known, viewed once.
_USES = """
    SELECT library.ensure_activity_partitions('2026-04-01', '2026-05-31');
    INSERT INTO library.activity_events (event_id, user_id, prompt_id, event_type, occurred_at)
    SELECT gen_random_uuid(), u.id, p.id, what, moment + (u.id * 7 + p.id) * interval '1 hour'
    FROM
        library.users AS u, library.prompts AS p, (VALUES ('view', 2), ('copy', 5)) AS kinds (what, every),
        generate_series(timestamptz '2026-04-01Z', '2026-05-09Z', interval '3 days') AS moment
    WHERE (u.id * 3 + p.id + extract(day FROM moment)::int) % every = 0 AND u.name <> 'eve';
    INSERT INTO library.activity_events (event_id, user_id, prompt_id, event_type, occurred_at)
    SELECT gen_random_uuid(), u.id, p.id, 'view', '2026-04-20Z'
    FROM library.users AS u, library.prompts AS p WHERE u.name = 'eve' AND p.title = 'late';
    SELECT library.revise_activity_day(moment)
    FROM (SELECT DISTINCT date_trunc('day', occurred_at) AS moment FROM library.activity_events) AS days;
"""
_OF_DAYS = {
    "int_prompt_viewer_days": "SELECT * FROM analytics.int_prompt_viewer_days",
    "uses_of_days": """
        SELECT
            cast(occurred_at AT TIME ZONE 'UTC' AS date) AS activity_date, user_id, event_type, prompt_id,
            occurred_at AS used_at
        FROM library.activity_events
    """,
}


def computed_by_spark(library: Library, folder: Path) -> str:
    """What Spark would have of the events, in its folder; then the ledger has none, nor dbt what reads it."""
    for model, statement in _OF_DAYS.items():
        (folder / model / "_parts").mkdir(parents=True)
        for (day,) in library.rows(f"SELECT DISTINCT activity_date FROM ({statement}) AS days"):
            of_day = f"SELECT * FROM ({statement}) AS days WHERE activity_date = '{day}'"
            rows = parquet.read_metadata(extract(library, of_day, folder / model / f"{day}.parquet")).num_rows
            told = {"version": "1", "files": [f"{day}.parquet"], "rows": rows, "revision": 1}
            (folder / model / "_parts" / f"{day}.json").write_text(json.dumps(told))
    library.do("DELETE FROM library.activity_events; DROP TABLE analytics.int_prompt_viewer_days CASCADE")
    return str(folder)


@pytest.mark.parametrize("most", [3_000_000, 40])
def test_what_spark_computed_foresees_the_same(
    split: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    # Of the few people, some are learned from where not all may be.
    monkeypatch.setattr(foresight, "MOST_SIGNALS", most)
    split.do(_USES)
    run_dbt(split, tmp_path / "target", "run", "--select", "+int_prompt_signals")
    expected = measure_foresight(split.engine(Role.DBT))
    assert expected is not None
    assert (expected.people, expected.prompts) == (2, 4)
    derived = computed_by_spark(split, tmp_path / "derived")
    assert measure_foresight(split.engine(Role.DBT), derived) == expected
    with pytest.raises(PromptoryError, match="has not computed int_prompt_viewer_days yet"):
        measure_foresight(split.engine(Role.DBT), str(tmp_path))
    next((tmp_path / "derived" / "uses_of_days").glob("2026-04-*.parquet")).write_bytes(b"PAR1 nonsense")
    with pytest.raises(PromptoryError, match=r"computed cannot be read at \S+/uses_of_days/2026-04-"):
        measure_foresight(split.engine(Role.DBT), derived)


def test_nothing_is_written_where_nobody_liked(split: Library) -> None:
    split.do("DELETE FROM library.user_prompt_likes")
    assert measure_foresight(split.engine(Role.DBT)) is None
    assert split.value("SELECT count(*) FROM library.recommendation_nights") == 0


@pytest.mark.parametrize(("recall", "nights", "passes"), [(0.15, 7, True), (0.13, 7, False), (0.01, 6, True)])
def test_a_fall_below_seven_tenths_of_the_usual_is_warned_of(
    configured: Library, recall: float, nights: int, passes: bool
) -> None:
    # A mean of .2; the night of long ago is not compared with.
    configured.do(
        """
        INSERT INTO library.recommendation_nights
        SELECT date '2026-05-31' - night, 7, 10, 10, CASE WHEN night = 0 THEN :recall ELSE 0.2 END, 0, 0, 0, 0, 0
        FROM generate_series(0, :nights) AS night
        UNION ALL
        SELECT '2026-04-21', 7, 10, 10, 0.9, 0, 0, 0, 0, 0
        """,
        recall=recall, nights=nights,
    )  # fmt: skip
    result = quality_does_not_fall()
    assert isinstance(result, dg.AssetCheckResult)
    assert result.passed == passes
