"""What Spark finds in the lake, in the tables that the marts are built of: by the command line, day by day."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select, text

from ingest import load_activity
from ingest.errors import LakeError
from ingest.lake import Lake, refuse_if_only_in_lake, restore, write_files
from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.spark import plan, refresh
from orchestration.spark.derived import Marker
from orchestration.spark.likes import load_likes
from orchestration.spark.load import computed_days, ensure_tables, load_state
from orchestration.spark.local import run_here
from orchestration.spark.models import day_models
from orchestration.spark.plan import Plan, text_hash
from orchestration.spark.refresh import changed_days, prepare_days, refresh_from_lake
from orchestration.spark.render import rendered_models
from orchestration.spark.state import EDGES
from schema.database import connect, driver_of
from schema.errors import PromptoryError
from schema.models import EventType
from schema.repository.recent_uses import newest_uses
from schema.repository.shelf import viewed_prompts
from schema.roles import Role
from schema.settings import get_settings
from tests.conftest import forget_settings
from tests.orchestration.test_cli import promptory, told
from tests.spark.edges import QUERIES, activity, add_catalogue
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.spark import skip_without_spark
from tests.support.warehouse import ONLY_MODELS, run_dbt

FIRST, SECOND, THIRD, FOURTH = (date(2026, 3, day) for day in (7, 8, 9, 10))
LOADED = ("int_viewer_days", "int_search_query_days", "int_person_activations", "int_prompt_days", "int_activity_days")
MARTS = {
    "prompt_daily": "revision",
    "prompt_rankings": "",
    "search_quality_daily": "",
    "search_queries": "",
    "active_people_daily": "",
    "tag_popularity": "",
    "prompt_neighbours": "",
    "int_prompt_windows": "",
}
"""Tables that are compared, each without a column that counts changes."""


@pytest.fixture(autouse=True)
def _spark() -> None:
    skip_without_spark()


def rows(library: Library, table: str, without: str) -> list[str]:
    """A table's rows as texts, without a column; floating-point numbers to nine digits."""
    statement = "SELECT cast(to_jsonb(built) - :without AS text) FROM analytics.{} AS built"
    told = (json.loads(text) for (text,) in library.rows(statement.format(table), without=without))
    return sorted(json.dumps({name: _rounded(value) for name, value in one.items()}) for one in told)


def _rounded(value: Any) -> Any:
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.timeout(1800)
def test_the_command_line_counts_the_same_with_either_engine(
    on_spark: Library, other_library: Library, tmp_path: Path
) -> None:
    libraries = (on_spark, other_library)
    catalogues = [add_catalogue(library) for library in libraries]
    assert catalogues[0] == catalogues[1]
    for library in libraries:
        library.do("UPDATE library.prompts SET created_at = '2026-03-01T00:00:00Z'")
    events = list(activity(*catalogues[0]))
    late = [one for one in events if one["occurred_at"] < "2026-03-07T12"]
    files = [
        write_jsonl(tmp_path / "most.jsonl", [one for one in events if one not in late]),
        write_jsonl(tmp_path / "late.jsonl", [*late, events[-1]]),
    ]
    load_activity(other_library.ingest, files)
    run_dbt(other_library, tmp_path / "target", "build", *ONLY_MODELS)
    refresh_neighbours(other_library.engine(Role.DBT))

    loaded = promptory("load-activity", *map(str, files), "--json")
    assert [one["inserted"] for one in json.loads(loaded.stdout)["files"]] == [len(events) - len(late), len(late)]
    assert on_spark.value("SELECT count(*) FROM library.activity_events") == 0
    first = _refreshed()
    assert first["days"] == ["2026-03-01", *(f"2026-03-{day:02}" for day in range(6, 11))]
    assert first["loaded"]["int_ranking_windows"] == 4
    assert on_spark.value("SELECT count(*) FROM analytics.int_search_query_days WHERE query = 'soup'") >= 1
    assert len(QUERIES) < on_spark.value("SELECT sum(searches) FROM analytics.search_quality_daily")
    for table, without in MARTS.items():
        assert rows(on_spark, table, without) == rows(other_library, table, without), table
    # The days that are read one by one are those on which windows begin and end.
    ends = on_spark.rows("""
        SELECT DISTINCT cast(as_of AT TIME ZONE 'UTC' AS date) - cast(moment AT TIME ZONE 'UTC' AS date)
        FROM analytics.int_ranking_windows
        CROSS JOIN LATERAL (VALUES (as_of), (starts_at), (starts_before_at)) AS edges (moment)
        WHERE moment IS NOT NULL
    """)
    assert {days for (days,) in ends} == set(EDGES)
    likes = "SELECT * FROM library.user_prompt_likes ORDER BY 1, 2"
    assert on_spark.rows(likes) == other_library.rows(likes)
    # Pages and the command line tell the same of events that PostgreSQL never had.
    for person in catalogues[0][0].values():
        assert last_uses(on_spark, person) == last_uses(other_library, person)
    held = json.loads(promptory("status", "--json").stdout)
    newest = "SELECT count(*), max(occurred_at) FROM library.activity_events"
    known = (held["rows"]["activity_events"], datetime.fromisoformat(held["last_activity"]))
    assert known == other_library.rows(newest)[0]

    # Nothing changed: no day is computed again, and nobody's like is.
    assert _refreshed()["days"] == []
    assert on_spark.rows(likes) == other_library.rows(likes)


def last_uses(library: Library, person: int) -> tuple[list[int], list[tuple[Any, ...]]]:
    """What My library shows a person, and the uses that Discover goes by."""
    with library.viewer(person) as session:
        uses = session.execute(select(newest_uses(person, EventType.COPY, EventType.VIEW, most=200)))
        return [card.id for card in viewed_prompts(session, person)], [tuple(use) for use in uses]


def _refreshed() -> dict[str, Any]:
    done = promptory("refresh", "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["failed"] == []
    assert told["tested"] > 100
    return told


def write_views(library: Library, folder: Path, prompt: int, *names: str) -> None:
    """Write a view of a prompt to the lake for each name, which is an id and a day."""
    events = [
        {"event_id": name, "event_type": "view", "session_id": name, "prompt_id": prompt}
        | {"occurred_at": f"{name.split()[1]}T12:00:00Z"}
        for name in names
    ]
    write_files(library.ingest, the_lake(), [write_jsonl(folder / f"{names[0]}.jsonl", events)])


def the_lake() -> Lake:
    return Lake(get_settings().lake)


def refresh_days(library: Library) -> tuple[list[date], list[str], int]:
    """Compute and load what changed; returns the days that were loaded, what is wrong with others, and the jobs."""
    done = list(refresh.refresh_days(library.ingest, the_lake(), run_here))
    days = [day for part in done for day in part.days]
    return days, [str(fault) for part in done for fault in part.faults], sum(bool(part.report) for part in done)


def places(library: Library) -> dict[date, list[Any]]:
    """Where the rows of each day lie, and which transaction wrote them."""
    found: dict[date, list[Any]] = {}
    for table in LOADED:
        statement = f"SELECT activity_date, cast(ctid AS text), cast(xmin AS text) FROM analytics.{table} ORDER BY 1, 2"
        for day, *place in library.rows(statement):
            found.setdefault(day, []).append((table, *place))
    return found


def viewers(library: Library) -> dict[date, int]:
    """How many viewed something on each day."""
    return dict(library.rows("SELECT activity_date, count(*) FROM analytics.int_viewer_days GROUP BY 1"))


@pytest.mark.timeout(1200)
def test_a_late_event_changes_its_day_alone_and_what_was_computed_is_loaded_later(
    on_spark: Library, tmp_path: Path
) -> None:
    prompt = on_spark.add_prompt("soup")
    write_views(on_spark, tmp_path, prompt, f"a {FIRST}", f"b {FIRST}", f"c {SECOND}")
    assert refresh_days(on_spark) == ([FIRST, SECOND], [], 1)
    before = places(on_spark)
    assert viewers(on_spark) == {FIRST: 2, SECOND: 1}

    write_views(on_spark, tmp_path, prompt, f"late {SECOND}")
    assert refresh_days(on_spark) == ([SECOND], [], 1)
    after = places(on_spark)
    assert viewers(on_spark) == {FIRST: 2, SECOND: 2}
    assert after[FIRST] == before[FIRST]
    assert {one[0] for one in set(after[SECOND]) - set(before[SECOND])} == set(LOADED)

    # As if the process were killed when Spark had done its part: the next one loads it, and computes nothing.
    write_views(on_spark, tmp_path, prompt, f"later {SECOND}", f"d {THIRD}")
    changed = changed_days(on_spark.ingest, the_lake())
    [part] = changed.parts()
    run_here(prepare_days(the_lake(), part, changed.files).plan)
    assert viewers(on_spark) == {FIRST: 2, SECOND: 2}
    assert refresh_days(on_spark) == ([SECOND, THIRD], [], 0)
    assert viewers(on_spark) == {FIRST: 2, SECOND: 3, THIRD: 1}
    assert places(on_spark)[FIRST] == before[FIRST]
    assert refresh_days(on_spark) == ([], [], 0)


@pytest.mark.timeout(1200)
def test_a_damaged_file_leaves_its_day_as_it_was_and_the_way_back_brings_all_events(
    on_spark: Library, tmp_path: Path
) -> None:
    prompt = on_spark.add_prompt("soup")
    write_views(on_spark, tmp_path, prompt, f"a {FIRST}", f"b {SECOND}", f"c {FOURTH}")
    [damaged] = Path(the_lake().root).glob(f"activity/dt={FIRST}/*.parquet")
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-20])
    # Of another the ends are sound, and nothing between them: its hash tells, and Spark, when it comes there.
    [within] = Path(the_lake().root).glob(f"activity/dt={FOURTH}/*.parquet")
    sound = within.read_bytes()
    end = len(sound) - 8 - int.from_bytes(sound[-8:-4], "little")
    within.write_bytes(sound[:4] + bytes(end - 4) + sound[end:])
    # The ledger has an event that the lake was never told of.
    loaded = {"event_id": "l", "event_type": "view", "occurred_at": f"{THIRD}T10:00:00Z", "prompt_id": prompt}
    load_activity(on_spark.ingest, [write_jsonl(tmp_path / "loaded.jsonl", [loaded])])
    days, faults, _ = refresh_days(on_spark)
    assert days == [SECOND]
    assert f"{damaged.name} of {FIRST} in the lake cannot be read" in faults[0]
    assert f"promptory lake write FILES, or --loaded --from {FIRST} --to {FIRST}" in faults[0]
    assert f"lacks events of {THIRD} that were loaded into the database: run promptory lake write --loaded" in faults[1]
    assert f"{within.name} of {FOURTH} in the lake" in faults[2]
    assert viewers(on_spark) == {SECOND: 1}
    damaged.write_bytes(content)
    within.write_bytes(sound)

    with pytest.raises(LakeError, match=r"3 events of 3 days, from 2026-03-07 to 2026-03-10.*promptory lake restore"):
        refuse_if_only_in_lake(on_spark.ingest, the_lake())
    assert restore(on_spark.ingest, the_lake()).days == {FIRST: 1, SECOND: 1, FOURTH: 1}
    assert on_spark.value("SELECT count(*) FROM library.activity_events") == 4
    refuse_if_only_in_lake(on_spark.ingest, the_lake())
    assert restore(on_spark.ingest, the_lake()).days == {}


@pytest.mark.timeout(1200)
def test_days_are_loaded_job_by_job_and_a_job_that_fails_leaves_those_before_it(
    on_spark: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "DAYS_A_RUN", 2)
    prompt = on_spark.add_prompt("soup")
    write_views(on_spark, tmp_path, prompt, f"a {FIRST}", f"b {SECOND}", f"c {THIRD}")
    jobs: list[list[date]] = []

    def run(plan: Plan) -> dict[str, Any]:
        jobs.append(sorted(plan.days or {}))
        if THIRD in (plan.days or {}):
            raise PromptoryError("Spark ran out of memory.")
        return run_here(plan)

    with pytest.raises(PromptoryError, match="ran out of memory"):
        list(refresh.refresh_days(on_spark.ingest, the_lake(), run))
    assert jobs == [[FIRST, SECOND], [THIRD]]
    assert viewers(on_spark) == {FIRST: 1, SECOND: 1}
    # A table that is lost has all days anew, though a refresh of them be cut short.
    on_spark.do("DROP TABLE analytics.int_viewer_days CASCADE")
    parts = refresh.refresh_days(on_spark.ingest, the_lake(), run)
    assert next(parts).days == (FIRST, SECOND)
    assert viewers(on_spark) == {FIRST: 1, SECOND: 1}
    on_spark.do("DROP TABLE analytics.int_viewer_days CASCADE")
    with connect(on_spark.engine(Role.DBT)) as connection:
        ensure_tables(driver_of(connection))
    assert sorted(changed_days(on_spark.ingest, the_lake()).days) == [FIRST, SECOND, THIRD]


@pytest.mark.timeout(900)
def test_a_ledger_that_the_lake_lacks_is_told_of_and_what_postgres_counted_stands(
    configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewed = {"event_type": "view", "session_id": "v", "prompt_id": configured.add_prompt("soup")}
    events = [{"event_id": f"{day}", "occurred_at": f"{day}T10:00:00Z"} | viewed for day in (FIRST, THIRD)]
    load_activity(configured.ingest, [write_jsonl(tmp_path / "events.jsonl", events)])
    run_dbt(configured, tmp_path / "target", "run", "--select", "+prompt_rankings")
    before = rows(configured, "prompt_rankings", "")
    assert before
    monkeypatch.setenv("PROMPTORY_ENGINE", "spark")
    forget_settings()
    said = told(promptory("refresh"))
    assert "Rankings and all else that is counted over many days stay as they were." in said
    assert f"run promptory lake write --loaded --from {FIRST} --to {THIRD}, and refresh again" in said
    assert rows(configured, "prompt_rankings", "") == before
    # The same where nothing was ever counted.
    configured.do("DELETE FROM analytics.int_activity_days; DELETE FROM analytics.int_viewer_days")
    with pytest.raises(LakeError, match=f"promptory lake write --loaded --from {FIRST} --to {THIRD}"):
        refresh_from_lake(configured.ingest, the_lake())


def test_a_model_of_which_a_job_left_nothing_is_a_fault_and_not_an_empty_one(on_spark: Library, tmp_path: Path) -> None:
    on_spark.like(on_spark.add_user("ann@example.com"), on_spark.add_prompt("soup"))
    plan = Plan("2", (), {}, str(tmp_path), str(tmp_path / "report.json"))
    (folder := tmp_path / "library_user_prompt_likes").mkdir()
    (folder / "_whole.json").write_text(json.dumps({"version": "1", "files": [], "rows": 0}))
    with pytest.raises(PromptoryError, match="job 2 left nothing of"):
        load_state(on_spark.ingest, on_spark.engine(Role.DBT), plan, datetime.now(UTC))
    assert on_spark.value("SELECT count(*) FROM library.user_prompt_likes") == 1


def test_a_day_is_computed_at_its_revision_and_by_the_text_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    def computed() -> list[date]:
        return list(computed_days(markers, {FIRST: 1, SECOND: 2, THIRD: 3}))

    of_now = {name: text_hash(name) for name in day_models()}
    markers = {
        name: {str(FIRST): Marker("1", (), 0, 1, text), str(SECOND): Marker("1", (), 0, 1, text)}
        for name, text in of_now.items()
    }
    assert computed() == [FIRST]
    # What a model is computed of counts, too: a view that it reads.
    models = rendered_models()
    view = models["stg_library__activity_events"]
    changed = models | {view.name: replace(view, text=f"{view.text} -- another")}
    monkeypatch.setattr(plan, "rendered_models", lambda: changed)
    assert computed() == []
    assert text_hash("int_viewer_days") != of_now["int_viewer_days"]


def test_a_table_of_before_likes_were_counted_by_day_gets_those_of_days_that_were_dropped(on_spark: Library) -> None:
    with connect(on_spark.engine(Role.DBT)) as connection:
        ensure_tables(driver_of(connection))
        driver_of(connection).execute(f"""
            ALTER TABLE analytics.int_prompt_days DROP COLUMN likes;
            INSERT INTO analytics.int_prompt_days (activity_date, prompt_id, views, copies, revision)
            VALUES ('{FIRST}', 1, 3, 0, 1), ('{FIRST}', 2, 1, 0, 1);
            CREATE TABLE analytics.int_prompt_viewer_days (activity_date date, prompt_id bigint, likes_given bigint);
            INSERT INTO analytics.int_prompt_viewer_days
            VALUES ('{FIRST}', 1, 1), ('{FIRST}', 1, 2), ('{FIRST}', 1, 0), ('{FIRST}', 2, 0), ('{SECOND}', 1, 1);
        """)
        ensure_tables(driver_of(connection))
    likes = "SELECT prompt_id, likes FROM analytics.int_prompt_days ORDER BY 1"
    assert on_spark.rows(likes) == [(1, 2), (2, 0)]


def test_likes_are_the_last_words_of_the_lake_and_of_the_dashboard(configured: Library, tmp_path: Path) -> None:
    ann, ben = configured.add_user("ann@example.com"), configured.add_user("ben@example.com")
    soup, stew, trip, gone = (configured.add_prompt(title) for title in ("soup", "stew", "trip", "gone"))
    began, moment = datetime.now(UTC), datetime(2026, 3, 7, 10, tzinfo=UTC)
    # Of the lake: Ann likes soup and stew, Ben likes trip, and a prompt that is gone.
    found = [(ann, soup), (ann, stew), (ben, trip), (ben, gone)]
    columns = zip(*((*pair, moment) for pair in found), strict=True)
    names = ("user_id", "prompt_id", "liked_at")
    path = tmp_path / "likes.parquet"
    parquet.write_table(pa.table(dict(zip(names, map(list, columns), strict=True))), path)
    # The lake was not told yet that Ann takes soup back, and that Ben likes stew since. He took soup back by a file.
    configured.do("DELETE FROM library.prompts WHERE id = :gone", gone=gone)
    configured.like(ben, soup, stew)
    own = "INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, prompt_id)"
    for person, prompt, word, said_at in (
        (ann, soup, "unlike", moment + timedelta(hours=1)),
        (ben, stew, "like", began),
    ):
        configured.do("SELECT library.ensure_activity_partitions(cast(:day AS date), cast(:day AS date))", day=said_at)
        values = {"at": said_at, "word": word, "person": person, "prompt": prompt}
        configured.do(f"{own} VALUES (gen_random_uuid(), :at, :word, :person, :prompt)", **values)
    assert load_likes(configured.ingest, [str(path)], began) == 4
    likes = configured.rows("SELECT user_id, prompt_id FROM library.user_prompt_likes ORDER BY 1, 2")
    assert likes == [(ann, stew), (ben, stew), (ben, trip)]


def test_what_somebody_is_saying_while_likes_are_loaded_is_waited_for(configured: Library, tmp_path: Path) -> None:
    ann, soup = configured.add_user("ann@example.com"), configured.add_prompt("soup")
    configured.like(ann, soup)
    # What makes a month of the ledger is waited for by all who read it.
    configured.do("SELECT library.ensure_activity_partitions(cast(now() AS date) - 1, cast(now() AS date) + 1)")
    began, path = datetime.now(UTC), tmp_path / "likes.parquet"
    liked = {"user_id": [ann], "prompt_id": [soup], "liked_at": [began - timedelta(days=1)]}
    parquet.write_table(pa.table(liked), path)
    loading = threading.Thread(target=load_likes, args=(configured.ingest, [str(path)], began))
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with configured.viewer(ann) as session:
        session.execute(text("SELECT library.record_like(:prompt, false, 'v')"), {"prompt": soup})
        loading.start()
        while not configured.value(waits):
            time.sleep(0.01)
        session.commit()
    loading.join()
    assert configured.value("SELECT count(*) FROM library.user_prompt_likes") == 0
