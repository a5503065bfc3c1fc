"""Who looks at which pages of the dashboard with which addresses: people, sessions, and words of the library itself."""

from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

from psycopg import Connection, connect
from sqlalchemy import URL

from benchmarks.page_client import MenuPage, page_session
from benchmarks.server import libpq
from schema.database import create_role_engine, viewer_session
from schema.models import Tier, UserRole
from schema.repository import sessions
from schema.repository.people import ensure_account
from schema.roles import Role

READERS = 99
WORDS = 40
ADMINS = 10

_READERS = "SELECT user_id FROM library.user_prompt_likes GROUP BY 1 ORDER BY hashint8(user_id) LIMIT %s"
_ADMINS = "SELECT id FROM library.users WHERE email = ANY (%s)"
_TITLES = "SELECT title FROM library.prompts WHERE language = %s ORDER BY hashint8(id) LIMIT %s"
_COMMON = """
SELECT word FROM analytics.search_words WHERE audience = 'free'
GROUP BY word ORDER BY sum(documents) DESC, word LIMIT %s
"""
_TAGS = "SELECT name FROM library.tags ORDER BY hashint8(id) LIMIT %s"
_PROMPTS = "SELECT id FROM library.prompts ORDER BY hashint8(id) LIMIT %s"


@dataclass(frozen=True, slots=True)
class People:
    """Tokens of sessions: of readers who like prompts, and of admins, who are curators and analysts too."""

    readers: tuple[str, ...]
    admins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a page at an address; None is a visitor who is not signed in."""

    token: str | None
    page: MenuPage
    query: str


@dataclass(frozen=True, slots=True)
class PageUse:
    """A page, who opens it, and with what after its address, in turn."""

    page: MenuPage
    tokens: tuple[str | None, ...]
    queries: tuple[str, ...]

    def visits(self, count: int) -> list[Visit]:
        """The first so many visits."""
        turns = zip(cycle(self.tokens), cycle(self.queries), strict=False)
        return [Visit(token, self.page, query) for token, query in islice(turns, count)]


def signed_in(url: URL) -> People:
    """Sign people in past the form, which would make them wait."""
    ingest, dashboard = create_role_engine(url, Role.INGEST), create_role_engine(url, Role.DASHBOARD)
    emails = [f"admin{number}@example.com" for number in range(ADMINS)]
    for email in emails:
        ensure_account(
            ingest, email=email, name="Admin", password=sessions.new_token(), role=UserRole.ADMIN, tier=Tier.PRO
        )
    with connect(libpq(url)) as connection:
        readers, admins = _column(connection, _READERS, READERS), _column(connection, _ADMINS, emails)
    tokens = {person: sessions.new_token() for person in (*readers, *admins)}
    with viewer_session(dashboard, None) as session:
        for person, token in tokens.items():
            sessions.begin_session(session, sessions.token_hash(token), person)
        session.commit()
    for engine in (ingest, dashboard):
        engine.dispose()
    return People(tuple(tokens[person] for person in readers), tuple(tokens[person] for person in admins))


async def uses_of_pages(site: str, url: URL, people: People) -> list[PageUse]:
    """Every page that the router has for somebody, with those who open it.

    What readers may open is opened by readers, and if visitors may, by one after every three readers; the rest by
    admins.
    """
    of_visitor, of_reader, of_admin = [
        await _pages(site, token) for token in (None, people.readers[0], people.admins[0])
    ]
    queries = _queries(url)
    threes = zip(*[iter(people.readers)] * 3, strict=False)
    everybody = tuple(token for three in threes for token in (*three, None))
    uses = []
    for page in dict.fromkeys((*of_reader, *of_admin)):
        tokens = everybody if page in of_visitor else people.readers if page in of_reader else people.admins
        uses.append(PageUse(page, tokens, tuple(queries.get(page.address, [""]))))
    return uses


async def _pages(site: str, token: str | None) -> tuple[MenuPage, ...]:
    async with page_session(site, token) as session:
        await session.run("")
        return session.pages


def _queries(url: URL) -> dict[str, list[str]]:
    """By a page's address what may follow it, in turn; a page that is not here is opened as it is."""
    with connect(libpq(url)) as connection:
        english, korean = (_column(connection, _TITLES, language, WORDS) for language in ("en", "ko"))
        common, tags = _column(connection, _COMMON, WORDS), _column(connection, _TAGS, WORDS)
        prompts = _column(connection, _PROMPTS, 5 * WORDS)
    kinds: tuple[list[dict[str, str]], ...] = (
        [{}] * WORDS,
        [{"q": word} for word in common],
        [{"q": title} for title in english],
        [{"q": title} for title in korean],
        [{"q": _misspelt(title.split()[0])} for title in english],
        [{"q": title, "language": "en", "access": "PRO"} for title in english],
        [{"q": word, "tag": tag} for word, tag in zip(common, tags, strict=False)],
        [{"q": word, "sort": "likes"} for word in common],
        [{"type": "IMAGE", "sort": "new"}] * WORDS,
        [{"tag": tag, "sort": "hot"} for tag in tags],
    )
    return {
        "": [_query(one) for turn in zip(*kinds, strict=False) for one in turn],
        "prompt": [_query({"id": str(prompt)}) for prompt in prompts],
        "tags": [_query({"period": str(days)}) for days in (7, 30, 90)],
        "rankings": [_query({"window": window}) for window in ("24h", "7d", "30d", "all")],
        "search-quality": [_query({"period": str(days)}) for days in (7, 30, 90)],
        "duplicates": [_query({"least": str(least)}) for least in (70, 80, 90)],
    }


def _misspelt(word: str) -> str:
    """The word with two letters in the middle exchanged."""
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def _query(values: dict[str, str]) -> str:
    return urlencode(values, quote_via=quote)


def _column(connection: Connection[Any], statement: str, *values: object) -> list[Any]:
    return [row[0] for row in connection.execute(statement.encode(), values)]
