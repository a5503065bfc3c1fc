"""Find prompts whose texts are nearly the same, and keep what a curator decides of them.

Signatures are made for texts that have none, so a run costs what changed. Texts that share a band are compared, each
with the first and with the previous one of its band, and with three at most, so that a thousand copies make some
thousand pairs, not a million.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from sqlalchemy import Connection, Engine, text

from ingest.batch import wait_for_turn
from ingest.shingles import bands_of, shingles, similarity
from ingest.staging import Progress, no_progress
from schema.database import connect, driver_of
from schema.errors import PromptoryError
from schema.models import Decision

LEAST_SIMILARITY = 0.7
_TEXTS_AT_ONCE = 500
_PAIRS_AT_ONCE = 10_000
# Of a text that meets many others in its bands, those that it meets in most.
_MOST_COMPARED = 3

_UNSIGNED = """
SELECT p.id, p.content_hash, p.prompt_text FROM library.prompts AS p
LEFT JOIN library.prompt_signatures AS s ON s.prompt_id = p.id
WHERE p.archived_at IS NULL AND s.content_hash IS DISTINCT FROM p.content_hash
ORDER BY p.id
"""

_SIGNED = """
CREATE TEMPORARY TABLE signed (prompt_id bigint, content_hash bytea, bands bigint[]) ON COMMIT DROP
"""

_SIGNATURES = """
INSERT INTO library.prompt_signatures (prompt_id, content_hash, bands)
SELECT prompt_id, content_hash, bands FROM signed
ON CONFLICT (prompt_id) DO UPDATE SET content_hash = excluded.content_hash, bands = excluded.bands
"""

# What was found of a text that has changed since holds no longer.
_FORGET = """
DELETE FROM library.near_duplicates
WHERE
    decision IS DISTINCT FROM 'MERGED'
    AND (prompt_id IN (SELECT prompt_id FROM signed) OR other_id IN (SELECT prompt_id FROM signed))
"""

# Few new texts look their bands up in the index; many are cheaper to sort with all the others.
_MEETING = """
CREATE TEMPORARY TABLE meeting ON COMMIT DROP AS
SELECT DISTINCT s.prompt_id FROM signed AS n
INNER JOIN library.prompt_signatures AS s ON s.bands && n.bands
"""
_MEETING_ALL = """
CREATE TEMPORARY TABLE meeting ON COMMIT DROP AS SELECT s.prompt_id FROM library.prompt_signatures AS s
"""

_PAIRS = f"""
CREATE TEMPORARY TABLE pairs ON COMMIT DROP AS
WITH members AS (
    SELECT
        s.prompt_id,
        first_value(s.prompt_id) OVER same_band AS first_id,
        lag(s.prompt_id) OVER same_band AS previous_id
    FROM meeting AS m
    INNER JOIN library.prompt_signatures AS s USING (prompt_id)
    INNER JOIN library.prompts AS p ON p.id = s.prompt_id AND p.archived_at IS NULL
    CROSS JOIN LATERAL unnest(s.bands) AS band
    WINDOW same_band AS (PARTITION BY band ORDER BY s.prompt_id)
), found AS (
    SELECT first_id AS prompt_id, prompt_id AS other_id FROM members WHERE first_id < prompt_id
    UNION ALL
    SELECT previous_id, prompt_id FROM members WHERE previous_id < prompt_id
), likeliest AS (
    SELECT
        prompt_id, other_id, row_number() OVER (PARTITION BY other_id ORDER BY count(*) DESC, prompt_id) AS place
    FROM found
    GROUP BY prompt_id, other_id
)
SELECT f.prompt_id, f.other_id FROM likeliest AS f
WHERE
    f.place <= {_MOST_COMPARED}
    AND (f.prompt_id IN (SELECT prompt_id FROM signed) OR f.other_id IN (SELECT prompt_id FROM signed))
    AND NOT EXISTS (
        SELECT FROM library.near_duplicates AS d WHERE d.prompt_id = f.prompt_id AND d.other_id = f.other_id
    )
"""

_TEXTS_OF_PAIRS = """
SELECT r.prompt_id, r.other_id, a.prompt_text, b.prompt_text
FROM pairs AS r
INNER JOIN library.prompts AS a ON a.id = r.prompt_id
INNER JOIN library.prompts AS b ON b.id = r.other_id
ORDER BY r.other_id, r.prompt_id
"""


def find_near_duplicates(engine: Engine, progress: Progress = no_progress) -> int:
    """Compare the texts that are new or changed with all others; returns the number of pairs found."""
    with connect(engine) as connection:
        wait_for_turn(connection)
        connection.execute(text(_SIGNED))
        signed = _sign(connection, progress)
        if not signed:
            return 0
        for statement in ("ANALYZE signed", _SIGNATURES, _FORGET):
            connection.execute(text(statement))
        known = connection.scalar(text("SELECT count(*) FROM library.prompt_signatures")) or 0
        is_large = signed * 20 >= known
        if is_large:
            # The statistics of the tables are of before: by them they would be joined row by row.
            connection.execute(text("SET LOCAL enable_nestloop = off"))
        connection.execute(text(_MEETING_ALL if is_large else _MEETING))
        connection.execute(text("ANALYZE meeting"))
        connection.execute(text(_PAIRS))
        return _compare(connection)


def decide(engine: Engine, prompt_id: int, other_id: int, *, merge: bool, decided_by: int | None = None) -> None:
    """Merge `other_id` into `prompt_id`, which then stands for both, or say that the two are different prompts.

    Merging hides `other_id`; its sources, likes and activity, and those of what was merged into it before, count for
    `prompt_id`. `separate` takes it back.

    Raises:
        PromptoryError: one of the two is not there, was merged already, or they are one prompt.
    """
    if prompt_id == other_id:
        raise PromptoryError(f"Prompt {prompt_id} is given twice; name two prompts.")
    own = {
        "kept": prompt_id,
        "other": other_id,
        "by": decided_by,
        "decision": Decision.MERGED if merge else Decision.KEPT,
        "merged": other_id if merge else None,
    }
    with connect(engine) as connection:
        live = connection.scalars(
            text("SELECT id FROM library.prompts WHERE id IN (:kept, :other) AND archived_at IS NULL FOR UPDATE"), own
        ).all()
        if len(live) < 2:
            missing = prompt_id if prompt_id not in live else other_id
            raise PromptoryError(f"There is no prompt {missing} beside the other; it may have been merged already.")
        connection.execute(
            text("""
                INSERT INTO library.near_duplicates
                    (prompt_id, other_id, similarity, decision, merged_id, decided_by, decided_at)
                VALUES (least(:kept, :other), greatest(:kept, :other), 0, :decision, :merged, :by, now())
                ON CONFLICT (prompt_id, other_id) DO UPDATE SET
                    decision = excluded.decision, merged_id = excluded.merged_id,
                    decided_by = excluded.decided_by, decided_at = excluded.decided_at
            """),
            own,
        )
        if merge:
            connection.execute(
                text("""
                    UPDATE library.prompts SET merged_into = :kept, archived_at = coalesce(archived_at, now())
                    WHERE id = :other OR merged_into = :other
                """),
                own,
            )


def separate(engine: Engine, prompt_id: int) -> None:
    """Take a merge back: the prompt is shown for itself again, and stands again for what was merged into it.

    Raises:
        PromptoryError: it is not merged with another.
    """
    own = {"id": prompt_id}
    with connect(engine) as connection:
        merged = connection.scalar(text("SELECT merged_into FROM library.prompts WHERE id = :id FOR UPDATE"), own)
        if merged is None:
            raise PromptoryError(f"Prompt {prompt_id} is not merged with another.")
        connection.execute(
            text("""
                WITH RECURSIVE own AS (
                    SELECT cast(:id AS bigint) AS id
                    UNION
                    SELECT d.merged_id FROM library.near_duplicates AS d
                    INNER JOIN own ON own.id = d.prompt_id + d.other_id - d.merged_id
                    WHERE d.decision = 'MERGED'
                )
                UPDATE library.prompts AS p SET
                    merged_into = nullif(:id, p.id),
                    archived_at = CASE WHEN p.id <> :id THEN p.archived_at END
                FROM own
                WHERE p.id = own.id
            """),
            own,
        )
        connection.execute(
            text("""
                UPDATE library.near_duplicates SET
                    decision = NULL, merged_id = NULL, decided_by = NULL, decided_at = NULL
                WHERE merged_id = :id
            """),
            own,
        )
        # A pair that only the curator found alike is no finding.
        connection.execute(text("DELETE FROM library.near_duplicates WHERE decision IS NULL AND similarity = 0"))


def _sign(connection: Connection, progress: Progress) -> int:
    """Fill `signed` with the signatures that are missing, some texts at a time."""
    signed = 0
    with driver_of(connection).cursor("unsigned") as source, driver_of(connection).cursor() as target:
        source.execute(_UNSIGNED)
        while rows := source.fetchmany(_TEXTS_AT_ONCE):
            bands = bands_of([body for _, _, body in rows])
            with target.copy("COPY signed (prompt_id, content_hash, bands) FROM STDIN") as copy:
                for (prompt_id, content_hash, _), own_bands in zip(rows, bands, strict=True):
                    copy.write_row((prompt_id, content_hash, own_bands))
            signed += len(rows)
            progress("comparing", signed)
    return signed


def _compare(connection: Connection) -> int:
    """Keep the pairs that are alike enough, some at a time."""
    alike, count = _alike(connection), 0
    while some := list(islice(alike, _PAIRS_AT_ONCE)):
        ids, others, similarities = zip(*some, strict=True)
        connection.execute(
            text("""
                INSERT INTO library.near_duplicates (prompt_id, other_id, similarity)
                SELECT *
                FROM unnest(cast(:ids AS bigint[]), cast(:others AS bigint[]), cast(:alike AS double precision[]))
            """),
            {"ids": list(ids), "others": list(others), "alike": list(similarities)},
        )
        count += len(some)
    return count


def _alike(connection: Connection) -> Iterator[tuple[int, int, float]]:
    # The first prompt of a band comes again and again.
    shingles_of = lru_cache(maxsize=256)(shingles)
    with driver_of(connection).cursor("texts_of_pairs") as cursor:
        cursor.itersize = _TEXTS_AT_ONCE
        cursor.execute(_TEXTS_OF_PAIRS)
        for prompt_id, other_id, body, other_body in cursor:
            alike = similarity(shingles_of(body), shingles_of(other_body))
            if alike >= LEAST_SIMILARITY:
                yield prompt_id, other_id, alike
