"""The vectors of the library's texts in the database: those that are new or changed are embedded, a batch at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from schema.database import connect
from schema.embedders import Embedder, checked
from schema.repository.search.meaning import vector_literal

TEXTS_AT_A_TIME = 256
MAINTENANCE_WORK_MEM = "512MB"
# Searches walk on in the index where filters leave few over: since pgvector 0.8.
_OLDEST_VECTOR = [0, 8]

_NO_EMBEDDER = "No embedder is configured (PROMPTORY_EMBEDDER); search goes by words alone."
_NO_VECTOR = "The server does not offer the extension vector 0.8 or newer; search goes by words alone."
_NOT_ALLOWED = (
    "The extension vector is not there, and the database's user may not create it: have an administrator run "
    "CREATE EXTENSION vector in this database. Search goes by words alone until then."
)
_NO_TEXTS = "The search index is not built yet: run `promptory refresh`."

_VERSIONS = """
SELECT
    (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
    (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available
"""
_IS_MADE = "SELECT to_regclass('analytics.search_embeddings') IS NOT NULL"
# A vector is for those who may read what it was made of: the same policy as that of the search index.
_MAKE_TABLES = """
CREATE TABLE analytics.search_embeddings (
    model text NOT NULL,
    prompt_id bigint NOT NULL,
    audience text NOT NULL,
    fingerprint bigint NOT NULL,
    embedding vector NOT NULL,
    PRIMARY KEY (model, prompt_id, audience)
);
COMMENT ON TABLE analytics.search_embeddings IS
    'What each text means to a model, one row a document of the search index; all have length 1';
ALTER TABLE analytics.search_embeddings ENABLE ROW LEVEL SECURITY;
CREATE POLICY audience ON analytics.search_embeddings FOR SELECT TO promptory_dashboard
    USING (audience = ANY((SELECT library.viewer_audiences())::text[]));
CREATE TABLE analytics.search_embedding_state (
    model text PRIMARY KEY, dimension integer NOT NULL, as_of timestamptz NOT NULL
);
COMMENT ON TABLE analytics.search_embedding_state IS
    'The model whose vectors searches use: that of the last run that came to its end';
GRANT SELECT ON analytics.search_embeddings, analytics.search_embedding_state TO promptory_dashboard;
"""
_FORGET_GONE = """
DELETE FROM analytics.search_embeddings AS e
WHERE NOT EXISTS (
    SELECT FROM analytics.search_documents AS d
    WHERE d.prompt_id = e.prompt_id AND d.audience = e.audience AND d.replaced_at IS NULL
)
"""
# Texts are set aside once, as finding the changed ones takes a look at all. What became PRO since it was indexed as
# FREE is left for the next time.
_SET_ASIDE = (
    """
CREATE TEMPORARY TABLE texts_to_embed (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prompt_id bigint NOT NULL,
    audience text NOT NULL,
    fingerprint bigint NOT NULL,
    content text NOT NULL
)
""",
    """
INSERT INTO texts_to_embed (prompt_id, audience, fingerprint, content)
SELECT d.prompt_id, d.audience, d.fingerprint, left(t.content, :most_characters)
FROM analytics.search_documents AS d
CROSS JOIN LATERAL (
    SELECT concat_ws(E'\\n', t.title, t.card, CASE WHEN d.audience <> 'card' THEN t.prompt_text END) AS content
    FROM analytics.int_search_texts AS t
    INNER JOIN library.prompts AS p ON p.id = t.prompt_id
    WHERE t.prompt_id = d.prompt_id AND p.access = CASE d.audience WHEN 'free' THEN 'FREE' ELSE 'PRO' END
    OFFSET 0
) AS t
WHERE d.replaced_at IS NULL AND NOT EXISTS (
    SELECT FROM analytics.search_embeddings AS e
    WHERE
        e.model = :model AND e.prompt_id = d.prompt_id AND e.audience = d.audience AND e.fingerprint = d.fingerprint
)
""",
)
_BATCH = """
SELECT place, prompt_id, audience, fingerprint, content FROM texts_to_embed
WHERE place > :after ORDER BY place LIMIT :most
"""
_KEEP = """
INSERT INTO analytics.search_embeddings (model, prompt_id, audience, fingerprint, embedding)
SELECT :model, b.prompt_id, b.audience, b.fingerprint, cast(b.embedding AS vector)
FROM unnest(
    cast(:prompt_ids AS bigint[]), cast(:audiences AS text[]), cast(:fingerprints AS bigint[]),
    cast(:embeddings AS text[])
) AS b (prompt_id, audience, fingerprint, embedding)
ON CONFLICT (model, prompt_id, audience)
DO UPDATE SET fingerprint = excluded.fingerprint, embedding = excluded.embedding
"""
_INDEXES = r"""
SELECT indexname FROM pg_indexes
WHERE schemaname = 'analytics' AND indexname LIKE 'search\_embeddings\_of\_%'
"""
_LET_BE_USED = """
WITH others AS (
    DELETE FROM analytics.search_embedding_state WHERE model <> :model
)
INSERT INTO analytics.search_embedding_state (model, dimension, as_of) VALUES (:model, :dimension, now())
ON CONFLICT (model) DO UPDATE SET as_of = excluded.as_of
"""
_FORGET_OTHERS = "DELETE FROM analytics.search_embeddings WHERE model <> :model"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many texts were embedded and how many vectors there are in all; or why there was nothing to do."""

    embedded: int = 0
    vectors: int = 0
    skipped: str | None = None

    @property
    def sentence(self) -> str:
        """The same in words."""
        return self.skipped or f"{self.embedded:,} texts were embedded; there are {self.vectors:,} vectors."


def refresh_embeddings(embedder: Embedder | None, engine: Engine, set_up: Engine) -> Outcome:
    """Embed the texts that are new or changed, as promptory_dbt; `set_up` may perhaps create the extension.

    Each batch is kept: a run that is killed is gone on with by the next. Searches use a model's vectors once a run
    went through all texts, and those of the model before until then.

    Raises:
        EmbedderError: the embedder cannot be asked; what it embedded before is kept.
    """
    if embedder is None:
        return Outcome(skipped=_NO_EMBEDDER)
    with connect(set_up) as connection:
        if fault := ensure_vector(connection):
            return Outcome(skipped=fault)
        if not connection.scalar(text("SELECT to_regclass('analytics.search_documents') IS NOT NULL")):
            return Outcome(skipped=_NO_TEXTS)
    with _alone(engine) as connection:
        if not connection.scalar(text(_IS_MADE)):
            connection.execute(text(_MAKE_TABLES))
        connection.execute(text(_FORGET_GONE))
        connection.commit()
        embedded = _embed_changed(connection, embedder)
        vectors = _let_be_used(connection, embedder)
        connection.commit()
    return Outcome(embedded, vectors)


def ensure_vector(connection: Connection) -> str | None:
    """Create the extension where that is possible; else say why it is not, in a sentence."""
    versions = connection.execute(text(_VERSIONS)).one()
    version = str(versions.installed or versions.available or "0")
    if [int(part) for part in version.split(".")[:2]] < _OLDEST_VECTOR:
        return _NO_VECTOR
    if versions.installed is None:
        try:
            with connection.begin_nested():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != "42501":
                raise
            return _NOT_ALLOWED
    return None


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection that is closed at the end, and with it its temporary table and its lock: one run at a time."""
    with engine.connect() as connection:
        connection.detach()
        connection.execute(text("SELECT pg_advisory_lock(hashtext('analytics.search_embeddings'))"))
        yield connection


def _embed_changed(connection: Connection, embedder: Embedder) -> int:
    make, fill = _SET_ASIDE
    connection.execute(text(make))
    changed = {"model": embedder.model, "most_characters": embedder.max_characters}
    connection.execute(text(fill), changed)
    connection.commit()
    embedded = after = 0
    while rows := connection.execute(text(_BATCH), {"after": after, "most": TEXTS_AT_A_TIME}).all():
        connection.commit()  # no transaction stays open while the embedder is at work
        vectors = checked(embedder.embed_documents([row.content for row in rows]), len(rows), embedder)
        batch = {
            "model": embedder.model,
            "prompt_ids": [row.prompt_id for row in rows],
            "audiences": [row.audience for row in rows],
            "fingerprints": [row.fingerprint for row in rows],
            "embeddings": [vector_literal(vector) for vector in vectors.tolist()],
        }
        connection.execute(text(_KEEP), batch)
        connection.commit()
        embedded, after = embedded + len(rows), rows[-1].place
    return embedded


def _let_be_used(connection: Connection, embedder: Embedder) -> int:
    """Index the model's vectors, and put it in the place of another one; returns how many vectors it has."""
    index = f"search_embeddings_of_{sha256(embedder.model.encode()).hexdigest()[:12]}"
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{MAINTENANCE_WORK_MEM}'"))
    # Workers would build in shared memory, of which a container has 64 MB.
    connection.execute(text("SET LOCAL max_parallel_maintenance_workers = 0"))
    connection.execute(
        text(f"""
        CREATE INDEX IF NOT EXISTS {index} ON analytics.search_embeddings
        USING hnsw ((cast(embedding AS vector({embedder.dimension}))) vector_ip_ops)
        WHERE model = '{embedder.model}'
        """)
    )
    connection.execute(text(_LET_BE_USED), {"model": embedder.model, "dimension": embedder.dimension})
    connection.execute(text(_FORGET_OTHERS), {"model": embedder.model})
    for other in set(connection.scalars(text(_INDEXES))) - {index}:
        connection.execute(text(f"DROP INDEX analytics.{other}"))
    connection.execute(text("ANALYZE analytics.search_embeddings"))
    return int(connection.execute(text("SELECT count(*) FROM analytics.search_embeddings")).scalar_one())
