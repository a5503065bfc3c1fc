"""A library of its own for a measurement, in a database that is dropped at the end."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, text

from orchestration.evaluation.interactions import Split
from schema.database import connect, create_role_engine, database_url, driver_of
from schema.migrations import upgrade
from schema.roles import Role


@contextmanager
def scratch_library() -> Iterator[URL]:
    """The address of an empty library on the configured server, or the embedded one."""
    name = f"promptory_evaluation_{uuid.uuid4().hex}"
    address = database_url().set(database=name)
    maintenance = create_role_engine(database_url(), None).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with maintenance.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine = create_role_engine(address, None)
        upgrade(engine)
        engine.dispose()
        yield address
    finally:
        with maintenance.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        maintenance.dispose()


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
