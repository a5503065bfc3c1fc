"""The neighbour table in the database: read the signals, and put the new neighbours in the place of the old."""

import struct
from collections.abc import Callable, Iterable
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from orchestration.lib.neighbours import Neighbours, Signals, nearest_prompts
from schema.database import Driver, connect, driver_of

_SIGNALS = "COPY (SELECT user_id, prompt_id, strength FROM {}) TO STDOUT (FORMAT binary)"
_INTO = "COPY {} FROM STDIN (FORMAT binary)"

# PostgreSQL's binary form of COPY: a header, rows of fields that say their length, and an end.
_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_END = struct.pack(">h", -1)
_SIGNAL = np.dtype(
    {
        "names": ["user_id", "prompt_id", "strength"],
        "formats": [">i8", ">i8", ">f8"],
        "offsets": [6, 18, 30],  # two bytes count the fields; four before each are its length
        "itemsize": 38,
    }
)
_ID = np.dtype([("length", ">i4"), ("value", ">i8")])
_WEIGHT = np.dtype([("length", ">i4"), ("value", ">f4")])
_INT8, _FLOAT4 = 20, 700  # object ids of the types of array elements

# Two arrays a prompt take a fifth of the room of a row a pair, and a person's neighbours are found by as many look-ups
# as they have signals. The view is the table that people and queries read.
_MAKE_NEW = """
DROP TABLE IF EXISTS analytics.prompt_neighbour_lists_new;
CREATE TABLE analytics.prompt_neighbour_lists_new (
    prompt_id bigint NOT NULL, neighbour_ids bigint[] NOT NULL, weights real[] NOT NULL
);
ALTER TABLE analytics.prompt_neighbour_lists_new
    ALTER COLUMN neighbour_ids SET STORAGE EXTERNAL, ALTER COLUMN weights SET STORAGE EXTERNAL;
"""
_PUT_IN_PLACE = """
ALTER TABLE analytics.prompt_neighbour_lists_new ADD PRIMARY KEY (prompt_id);
ANALYZE analytics.prompt_neighbour_lists_new;
DROP VIEW IF EXISTS analytics.prompt_neighbours;
DROP TABLE IF EXISTS analytics.prompt_neighbour_lists;
ALTER TABLE analytics.prompt_neighbour_lists_new RENAME TO prompt_neighbour_lists;
ALTER INDEX analytics.prompt_neighbour_lists_new_pkey RENAME TO prompt_neighbour_lists_pkey;
CREATE VIEW analytics.prompt_neighbours AS
SELECT
    lists.prompt_id,
    near.neighbour_id,
    cast(near.weight AS double precision) AS weight,
    near.neighbour_rank
FROM analytics.prompt_neighbour_lists AS lists
CROSS JOIN LATERAL unnest(lists.neighbour_ids, lists.weights)
    WITH ORDINALITY AS near (neighbour_id, weight, neighbour_rank);
COMMENT ON VIEW analytics.prompt_neighbours IS
    'A prompt and one of its 300 nearest by RP3beta over likes, copies and views; neighbour_rank 1 is the nearest';
GRANT SELECT ON analytics.prompt_neighbours TO promptory_dashboard, promptory_analyst;
"""


def refresh_neighbours(engine: Engine) -> int:
    """Compute the neighbours anew from `int_person_signals`, as promptory_dbt, and return how many prompts have any.

    Readers see the old ones until all of the new ones are there; a refresh that is killed leaves the old ones.
    """

    def fill(driver: Driver, table: LiteralString) -> int:
        signals = read_signals(driver, "analytics.int_person_signals")
        return write_neighbours(driver, table, nearest_prompts(signals))

    return replace_neighbours(engine, fill)


def replace_neighbours(engine: Engine, fill: Callable[[Driver, LiteralString], int]) -> int:
    """Put a new table of `prompt_id`, `neighbour_ids` and `weights` in the place of the old one.

    `fill` writes its rows, and returns how many. Until all of them are there, readers see the old ones.
    """
    with connect(engine) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('analytics.prompt_neighbours'))"))
        connection.execute(text(_MAKE_NEW))
        prompts = fill(driver_of(connection), "analytics.prompt_neighbour_lists_new")
        connection.execute(text(_PUT_IN_PLACE))
    return prompts


def read_signals(driver: Driver, relation: LiteralString) -> Signals:
    """The rows of a relation with `user_id`, `prompt_id` and `strength`."""
    with driver.cursor() as cursor, cursor.copy(_SIGNALS.format(relation)) as copy:
        held = bytearray()
        for block in copy:
            held += block
    rows = np.frombuffer(
        held, _SIGNAL, count=(len(held) - len(_HEADER) - len(_END)) // _SIGNAL.itemsize, offset=len(_HEADER)
    )
    native = (rows["user_id"].astype(np.int64), rows["prompt_id"].astype(np.int64), rows["strength"].astype(float))
    return Signals(*native)


def write_neighbours(driver: Driver, table: LiteralString, found: Iterable[Neighbours]) -> int:
    """Fill a table of `prompt_id`, `neighbour_ids` and `weights`; returns its rows."""
    prompts = 0
    with driver.cursor() as cursor, cursor.copy(_INTO.format(table)) as copy:
        copy.write(_HEADER)
        for one in found:
            copy.write(_row(one))
            prompts += 1
        copy.write(_END)
    return prompts


def _row(one: Neighbours) -> bytes:
    ids = _array(_INT8, _ID, one.neighbour_ids)
    weights = _array(_FLOAT4, _WEIGHT, one.weights)
    return struct.pack(">hiq", 3, 8, one.prompt_id) + ids + weights


def _array(element: int, layout: np.dtype[np.void], values: NDArray[np.int64] | NDArray[np.float32]) -> bytes:
    """An array of one dimension, from 1 on and without nulls, as a field of a row."""
    elements = np.empty(len(values), layout)
    elements["length"] = layout["value"].itemsize
    elements["value"] = values
    body = struct.pack(">iiiii", 1, 0, element, len(values), 1) + elements.tobytes()
    return struct.pack(">i", len(body)) + body
