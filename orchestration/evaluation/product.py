"""The product as it is measured: fitted by its own pipeline, asked through its own repository."""

import time
from dataclasses import dataclass

import numpy as np
from sqlalchemy import URL, text

from orchestration.evaluation.interactions import Ints, Split
from orchestration.evaluation.scratch import build
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import connect, create_role_engine, driver_of, viewer_session
from schema.repository.recommendations import recommended_prompts
from schema.roles import Role

# Prompts are old: none of them may take a place that is kept for new ones.
_PEOPLE = """
INSERT INTO library.users (id, external_id, name)
SELECT n, 'u' || n, 'User ' || n FROM generate_series(1, :count) AS n
"""
_PROMPTS = """
INSERT INTO library.prompts (id, title, prompt_text, content_hash, created_at, updated_at)
SELECT n, 'Item ' || n, 'item ' || n, sha256(convert_to('item ' || n, 'UTF8')), moment, moment
FROM generate_series(1, :count) AS n, (SELECT to_timestamp(0) AS moment) AS start
"""
_LIKES = "COPY library.user_prompt_likes (user_id, prompt_id, liked_at) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Served:
    """A row of items for each user, -1 where there are no more, and how long each took in milliseconds."""

    items: Ints
    milliseconds: "np.ndarray[tuple[int], np.dtype[np.float64]]"


def fill(address: URL, split: Split) -> None:
    """Load users as people, items as prompts and the training's pairs as likes; ids are numbers plus 1."""
    engine = create_role_engine(address, Role.OWNER)
    with connect(engine) as connection:
        connection.execute(text(_PEOPLE), {"count": split.user_count})
        connection.execute(text(_PROMPTS), {"count": split.item_count})
        train = split.train
        moments = train.seconds.astype("datetime64[s]").astype(str)
        with driver_of(connection).cursor() as cursor, cursor.copy(_LIKES) as copy:
            for user, item, moment in zip(train.users.tolist(), train.items.tolist(), moments, strict=True):
                copy.write_row((user + 1, item + 1, f"{moment}Z"))
        for table in ("users", "prompts", "user_prompt_likes"):
            connection.execute(text(f"ANALYZE library.{table}"))
    engine.dispose()


def fit(address: URL) -> float:
    """Build what recommendations need, and return the seconds that it took.

    Raises:
        PromptoryError: dbt failed.
    """
    begun = time.perf_counter()
    build(address, "+int_person_signals", "+prompt_rankings")
    engine = create_role_engine(address, Role.DBT)
    refresh_neighbours(engine)
    engine.dispose()
    return time.perf_counter() - begun


def serve(address: URL, users: Ints, take: int) -> Served:
    """Recommend `take` prompts to each of the users, one after the other, as the dashboard does."""
    engine = create_role_engine(address, Role.DASHBOARD)
    items = np.full((len(users), take), -1, np.int64)
    times = np.empty(len(users))
    for place, user in enumerate(users.tolist()):
        with viewer_session(engine, user + 1) as session:
            begun = time.perf_counter()
            found = recommended_prompts(session, user + 1, take=take)
            times[place] = (time.perf_counter() - begun) * 1000
        items[place, : len(found)] = [one.card.id - 1 for one in found]
    engine.dispose()
    return Served(items, times)
