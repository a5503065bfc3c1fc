"""How well recommendations would have foreseen the newest likes: a split of the ledger by time, measured at night.

What was before the cut is put, as it was then, into temporary tables and views under the names that recommendations
read. The product's own statement runs on these for a sample of people, and a rollback takes them away. With the engine
spark, views and copies are read from what it computed by day, as few as answer for all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from psycopg.sql import Identifier
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from orchestration.lib.accuracy import TAKE, Accuracy, accuracy_of
from orchestration.lib.neighbour_tables import read_signals, write_neighbours
from orchestration.lib.neighbours import nearest_prompts
from orchestration.spark.history import History, Ids
from orchestration.spark.tables import copy_rows
from schema.database import connect, driver_of
from schema.repository.candidates import COPY_SIGNAL, EVENTS_CONSIDERED, VIEW_SIGNAL
from schema.repository.recommendations import recommended_prompts

TEST_DAYS = 7
PEOPLE = 1_000
# What neighbours are fitted on: of a larger library, the signals of as many people as have about so many.
MOST_SIGNALS = 3_000_000
SIGNALS_OF_A_PERSON = 500
# Of the most liked prompts, who likes more than these is not offered twenty others.
POPULAR = 1_000

_LAST_DATE = """
SELECT least(cast(max(liked_at) AT TIME ZONE 'UTC' AS date), cast(now() AT TIME ZONE 'UTC' AS date) - 1)
FROM analytics.int_prompt_likes
"""

_SCRATCH = """
CREATE TEMPORARY TABLE foresight_cut (cut timestamptz);
CREATE TEMPORARY TABLE foresight_prompts (prompt_id bigint PRIMARY KEY);
CREATE TEMPORARY TABLE foresight_signals (user_id bigint, prompt_id bigint, strength double precision);
CREATE TEMPORARY TABLE foresight_neighbours (prompt_id bigint PRIMARY KEY, neighbour_ids bigint[], weights real[]);
CREATE TEMPORARY TABLE hidden_prompts (user_id bigint, prompt_id bigint);
CREATE TEMPORARY TABLE user_prompt_likes (user_id bigint, prompt_id bigint, liked_at timestamptz);
CREATE INDEX ON user_prompt_likes (user_id, prompt_id);
CREATE TEMPORARY TABLE prompt_rankings (
    ranking_window text, prompt_id bigint, likes bigint, like_rank bigint, hot_rank bigint
);
CREATE TEMPORARY VIEW prompts AS
SELECT p.* FROM library.prompts AS p
INNER JOIN foresight_prompts AS f ON f.prompt_id = p.id
WHERE
    (p.access = 'FREE' OR p.created_by = library.viewer_id() OR (SELECT library.viewer_reads_pro()));
CREATE TEMPORARY VIEW prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key, p.created_by,
    cast(NULL AS text) AS creator_name, p.created_at, p.updated_at, cast(0 AS bigint) AS likes
FROM library.prompts AS p
WHERE p.archived_at IS NULL;
CREATE TEMPORARY VIEW merged_prompts AS
SELECT p.id AS prompt_id, p.merged_into AS head_id FROM library.prompts AS p WHERE p.merged_into IS NOT NULL;
CREATE TEMPORARY VIEW prompt_tags AS SELECT t.* FROM library.prompt_tags AS t;
CREATE TEMPORARY VIEW tags AS SELECT t.* FROM library.tags AS t;
CREATE TEMPORARY TABLE recent_uses (
    user_id bigint, event_type text, prompt_ids bigint[], used_at timestamptz[]
);
CREATE TEMPORARY VIEW prompt_neighbours AS
SELECT n.prompt_id, near.neighbour_id, cast(near.weight AS double precision) AS weight
FROM foresight_neighbours AS n CROSS JOIN LATERAL unnest(n.neighbour_ids, n.weights) AS near (neighbour_id, weight);
"""
_FROM_POSTGRES = """
CREATE TEMPORARY VIEW foresight_words AS
SELECT s.user_id, s.prompt_id, s.strength, s.signalled_at FROM analytics.int_prompt_signals AS s;
CREATE TEMPORARY VIEW activity_events AS
SELECT e.* FROM library.activity_events AS e WHERE e.occurred_at < (SELECT cut FROM foresight_cut);
"""
# Put together as int_prompt_signals does it.
_FROM_SPARK = f"""
CREATE TEMPORARY TABLE foresight_uses (user_id bigint, prompt_id bigint, is_copied boolean, activity_date date);
CREATE TEMPORARY VIEW foresight_words AS
SELECT l.user_id, l.prompt_id, cast(1 AS double precision) AS strength, l.liked_at AS signalled_at
FROM analytics.int_prompt_likes AS l
UNION ALL
SELECT
    u.user_id, h.head_id, CASE WHEN u.is_copied THEN {COPY_SIGNAL} ELSE {VIEW_SIGNAL} END,
    cast(u.activity_date AS timestamp) AT TIME ZONE 'UTC'
FROM foresight_uses AS u
INNER JOIN analytics.stg_library__prompt_heads AS h ON h.prompt_id = u.prompt_id;
CREATE TEMPORARY TABLE activity_events (
    user_id bigint, event_type text, prompt_id bigint, occurred_at timestamptz
);
"""
_NAMES = {"library": "pg_temp", "analytics": "pg_temp"}

_TEST = """
SELECT t.user_id, array_agg(t.prompt_id)
FROM (
    SELECT l.user_id, l.prompt_id
    FROM analytics.int_prompt_likes AS l
    INNER JOIN foresight_prompts AS p ON p.prompt_id = l.prompt_id
    WHERE l.liked_at >= :cut AND l.liked_at < :until
) AS t
WHERE EXISTS (
    SELECT FROM foresight_words AS s WHERE s.user_id = t.user_id AND s.signalled_at < :cut
)
GROUP BY t.user_id
ORDER BY hashint8extended(t.user_id, 1), t.user_id
LIMIT :people
"""

# Hashes choose the same people each night.
_TRAIN = """
INSERT INTO foresight_signals
SELECT r.user_id, r.prompt_id, r.strength
FROM (
    SELECT
        p.user_id, p.prompt_id, p.strength,
        row_number() OVER (
            PARTITION BY p.user_id ORDER BY p.strength DESC, p.signalled_at DESC, p.prompt_id
        ) AS signal_rank
    FROM (
        SELECT s.user_id, s.prompt_id, max(s.strength) AS strength, max(s.signalled_at) AS signalled_at
        FROM foresight_words AS s
        WHERE s.strength > 0 AND s.signalled_at < :cut AND abs(hashint8extended(s.user_id, 2) % 1000) < 1000 * :share
        GROUP BY s.user_id, s.prompt_id
    ) AS p
) AS r
WHERE r.signal_rank <= :signals_of_a_person
"""
_COUNT = "SELECT count(*) FROM foresight_words AS s WHERE s.signalled_at < :cut"
# Of what Spark computed, the rows of as many people are brought; likes are all there.
_LIKE_COUNT = "SELECT count(*) FROM analytics.int_prompt_likes AS l WHERE l.liked_at < :cut"
_SAMPLED = "SELECT u.id FROM library.users AS u WHERE abs(hashint8extended(u.id, 2) % 1000) < 1000 * :share"
_LIKERS = (
    "SELECT DISTINCT l.user_id FROM analytics.int_prompt_likes AS l WHERE l.liked_at >= :cut AND l.liked_at < :until"
)

# A prompt may have come into the library with a history that is older than its row.
_PROMPTS = (
    "INSERT INTO foresight_cut VALUES (:cut)",
    """
    INSERT INTO foresight_prompts
    SELECT p.id
    FROM library.prompts AS p
    WHERE
        p.archived_at IS NULL
        AND (p.created_at < :cut OR p.id IN (
            SELECT s.prompt_id FROM foresight_words AS s WHERE s.signalled_at < :cut
        ))
    """,
)
_BEFORE = (
    """
    INSERT INTO user_prompt_likes
    SELECT l.user_id, l.prompt_id, l.liked_at
    FROM analytics.int_prompt_likes AS l
    WHERE l.user_id = ANY(cast(:people AS bigint[])) AND l.liked_at < :cut
    """,
    """
    INSERT INTO prompt_rankings
    SELECT w.ranking_window, l.prompt_id, l.likes, l.place, l.place
    FROM (VALUES ('7d', 7), ('30d', 30)) AS w (ranking_window, days)
    CROSS JOIN LATERAL (
        SELECT i.prompt_id, count(*) AS likes, row_number() OVER (ORDER BY count(*) DESC, i.prompt_id) AS place
        FROM analytics.int_prompt_likes AS i
        WHERE i.liked_at < :cut AND i.liked_at >= cast(:cut AS timestamptz) - make_interval(days => w.days)
        GROUP BY i.prompt_id
    ) AS l
    """,
)
_STATISTICS = "ANALYZE user_prompt_likes, prompt_rankings, foresight_neighbours"

_POPULAR = """
SELECT l.prompt_id
FROM analytics.int_prompt_likes AS l
INNER JOIN foresight_prompts AS p ON p.prompt_id = l.prompt_id
WHERE l.liked_at < :cut
GROUP BY l.prompt_id
ORDER BY count(*) DESC, l.prompt_id
LIMIT :most
"""
_LIKED = "SELECT user_id, array_agg(prompt_id) FROM user_prompt_likes GROUP BY user_id"
_PROMPT_COUNT = "SELECT count(*) FROM foresight_prompts"
_VIEWER = "SELECT set_config('promptory.viewer_id', :person, true)"

_WRITE = """
INSERT INTO library.recommendation_nights (
    last_date, test_days, people, prompts, recall, ndcg, coverage, popular_recall, popular_ndcg, popular_coverage
) VALUES (
    :last_date, :test_days, :people, :prompts, :recall, :ndcg, :coverage, :popular_recall, :popular_ndcg,
    :popular_coverage
)
ON CONFLICT (last_date) DO UPDATE SET
    test_days = excluded.test_days, people = excluded.people, prompts = excluded.prompts, recall = excluded.recall,
    ndcg = excluded.ndcg, coverage = excluded.coverage, popular_recall = excluded.popular_recall,
    popular_ndcg = excluded.popular_ndcg, popular_coverage = excluded.popular_coverage, measured_at = now()
"""


@dataclass(frozen=True, slots=True)
class Foresight:
    """How the likes of the days up to `last_date` were foreseen, beside what the most liked prompts would have said."""

    last_date: date
    people: int
    prompts: int
    ours: Accuracy
    popular: Accuracy


def measure_foresight(engine: Engine, derived: str | None = None) -> Foresight | None:
    """Measure the newest whole days of likes, as promptory_dbt, and write their row; another time the same day's again.

    At most 1,000 people are asked for, and at most about 3 million signals learned from. None where there is nobody
    who liked in these days and did anything before. `derived` is the folder of what the engine spark computed, None
    with the engine postgres.

    Raises:
        PromptoryError: what Spark computed is not there, or cannot be read.
    """
    with _scratch(engine) as connection:
        found = _measured(connection, derived)
    if found is not None:
        with connect(engine) as connection:
            connection.execute(text(_WRITE), _row(found))
    return found


@contextmanager
def _scratch(engine: Engine) -> Iterator[Connection]:
    """A transaction that leaves nothing."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def _measured(connection: Connection, derived: str | None) -> Foresight | None:
    last_date = connection.scalar(text(_LAST_DATE))
    if last_date is None:
        return None
    until = datetime.combine(last_date + timedelta(days=1), time(), UTC)
    cut = until - timedelta(days=TEST_DAYS)
    history = History(derived, cut.date()) if derived else None
    connection.execute(text(_SCRATCH + (_FROM_SPARK if history else _FROM_POSTGRES)))
    share = (
        _bring(connection, history, cut, until) if history else _share(connection.scalar(text(_COUNT), {"cut": cut}))
    )
    for statement in _PROMPTS:
        connection.execute(text(statement), {"cut": cut})
    liked_after = _pairs(connection, _TEST, cut=cut, until=until, people=PEOPLE)
    if not liked_after:
        return None
    prompts = int(connection.execute(text(_PROMPT_COUNT)).scalar_one())
    _put_back_to(connection, cut, list(liked_after), share)
    if history:
        uses = history.newest_uses(np.array(list(liked_after), np.int64), EVENTS_CONSIDERED)
        columns = ("user_id", "event_type", "prompt_id", "occurred_at")
        copy_rows(driver_of(connection), Identifier("activity_events"), columns, uses)
    liked_before = _pairs(connection, _LIKED)
    most_liked = list(connection.scalars(text(_POPULAR), {"cut": cut, "most": POPULAR}))
    popular = [_others(most_liked, liked_before.get(person, frozenset())) for person in liked_after]
    ours, wanted = _recommended(connection, list(liked_after)), list(liked_after.values())
    return Foresight(
        last_date, len(wanted), prompts, accuracy_of(ours, wanted, prompts), accuracy_of(popular, wanted, prompts)
    )


def _bring(connection: Connection, history: History, cut: datetime, until: datetime) -> float:
    """Bring of what Spark computed what the split needs; returns the share of people whose signals are learned from."""
    likes = connection.scalar(text(_LIKE_COUNT), {"cut": cut}) or 0
    share = _share(likes + history.count())
    people = _ids(connection, _SAMPLED, share=share) if share < 1 else None
    known = _ids(connection, _LIKERS, cut=cut, until=until)
    columns = ("user_id", "prompt_id", "is_copied", "activity_date")
    copy_rows(driver_of(connection), Identifier("foresight_uses"), columns, history.sample(people, known))
    connection.execute(text("ANALYZE foresight_uses"))
    return share


def _share(signals: int | None) -> float:
    return min(1.0, MOST_SIGNALS / max(signals or 0, 1))


def _ids(connection: Connection, statement: str, **bound: Any) -> Ids:
    return np.array(connection.scalars(text(statement), bound).all(), np.int64)


def _put_back_to(connection: Connection, cut: datetime, people: list[int], share: float) -> None:
    """What people liked by then and what goes with it, under the names that recommendations read."""
    for statement in _BEFORE:
        bound = {"cut": cut, "people": people}
        connection.execute(text(statement), {name: value for name, value in bound.items() if f":{name}" in statement})
    connection.execute(text(_TRAIN), {"cut": cut, "share": share, "signals_of_a_person": SIGNALS_OF_A_PERSON})
    driver = driver_of(connection)
    write_neighbours(driver, "foresight_neighbours", nearest_prompts(read_signals(driver, "foresight_signals")))
    connection.execute(text(_STATISTICS))


def _recommended(connection: Connection, people: list[int]) -> list[list[int]]:
    """What each of them would have been recommended, as the product does it."""
    lists = []
    with Session(connection.execution_options(schema_translate_map=_NAMES)) as session:
        for person in people:
            session.execute(text(_VIEWER), {"person": str(person)})
            lists.append([one.card.id for one in recommended_prompts(session, person, take=TAKE)])
    return lists


def _others(ranked: list[int], liked: frozenset[int]) -> list[int]:
    return [prompt for prompt in ranked if prompt not in liked][:TAKE]


def _pairs(connection: Connection, statement: str, **bound: Any) -> dict[int, frozenset[int]]:
    return {person: frozenset(prompts) for person, prompts in connection.execute(text(statement), bound).tuples()}


def _row(found: Foresight) -> dict[str, Any]:
    return {
        "last_date": found.last_date,
        "test_days": TEST_DAYS,
        "people": found.people,
        "prompts": found.prompts,
        "recall": found.ours.recall,
        "ndcg": found.ours.ndcg,
        "coverage": found.ours.coverage,
        "popular_recall": found.popular.recall,
        "popular_ndcg": found.popular.ndcg,
        "popular_coverage": found.popular.coverage,
    }
