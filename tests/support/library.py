"""A scratch library: a database of its own, with engines for each role and shorthands for set-up."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, text
from sqlalchemy.orm import Session

from schema.database import connect, create_role_engine, viewer_session
from schema.roles import Role


@dataclass
class Library:
    """A migrated database. `home` holds the files of the processes that work on it."""

    url: URL
    home: Path = Path()
    engines: dict[Role | None, Engine] = field(default_factory=dict)

    def engine(self, role: Role | None = None) -> Engine:
        """The engine for a role; None is the server's superuser."""
        if role not in self.engines:
            self.engines[role] = create_role_engine(self.url, role)
        return self.engines[role]

    @property
    def ingest(self) -> Engine:
        """As the loading code connects."""
        return self.engine(Role.INGEST)

    def rows(self, statement: str, role: Role | None = None, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, as a role."""
        with connect(self.engine(role)) as connection:
            return [tuple(row) for row in connection.execute(text(statement), parameters)]

    def value(self, statement: str, role: Role | None = None, **parameters: Any) -> Any:
        """The one value of a statement."""
        return self.rows(statement, role, **parameters)[0][0]

    def do(self, statement: str, **parameters: Any) -> None:
        """Run a statement as the superuser."""
        with connect(self.engine()) as connection:
            connection.execute(text(statement), parameters)

    def counter(self, statement: str) -> Any:
        """The one value of a statement over PostgreSQL's counters, with what the loading code's connection did."""
        self.rows("SELECT pg_stat_force_next_flush()", Role.INGEST)
        return self.value(statement)

    def viewer(self, user_id: int | None, role: Role = Role.DASHBOARD) -> Session:
        """A session that acts for a viewer."""
        return viewer_session(self.engine(role), user_id)

    def add_user(self, email: str, *, role: str = "USER", tier: str = "FREE") -> int:
        """A person, by address."""
        statement = """
            INSERT INTO library.users (external_id, email, name, role, subscription_status)
            VALUES (:email, :email, split_part(:email, '@', 1), :role, :tier) RETURNING id
        """
        with connect(self.engine()) as connection:
            return int(connection.execute(text(statement), {"email": email, "role": role, "tier": tier}).scalar_one())

    def add_prompt(
        self, title: str, *, access: str = "FREE", creator: int | None = None, tags: tuple[str, ...] = ()
    ) -> int:
        """A prompt whose text is 'text of <title>'."""
        statement = """
            WITH added AS (
                INSERT INTO library.prompts (title, prompt_text, access, created_by, content_hash)
                SELECT :title, body, :access, :creator, sha256(convert_to(body, 'UTF8'))
                FROM (SELECT 'text of ' || cast(:title AS text) AS body) AS text
                RETURNING id
            ), named AS (
                INSERT INTO library.tags (name) SELECT unnest(cast(:tags AS text[]))
                ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id
            ), tagged AS (
                INSERT INTO library.prompt_tags SELECT added.id, named.id FROM added, named
            )
            SELECT id FROM added
        """
        values = {"title": title, "access": access, "creator": creator, "tags": list(tags)}
        with connect(self.engine()) as connection:
            return int(connection.execute(text(statement), values).scalar_one())

    def like(self, user_id: int, *prompt_ids: int) -> None:
        """A person likes prompts."""
        for prompt_id in prompt_ids:
            self.do("INSERT INTO library.user_prompt_likes VALUES (:user, :prompt)", user=user_id, prompt=prompt_id)

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self.engines.values():
            engine.dispose()
