"""A library whose events lie at the edges of what is counted; all of them made by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest import load_activity
from tests.support.files import write_jsonl
from tests.support.library import Library

QUERIES = (
    *("Soup", "  soup ", "SOUP\u00a0\u3000Recipe", "\uff33\uff2f\uff35\uff30", "Cafe\u0301", "\ufb01le", "\u2163"),
    # Capitals whose small letter is another at a word's end, is two letters, or is none of this script.
    *("\u039f\u0394\u039f\u03a3", "\u0130STANBUL", "Stra\u00dfe \u1e9e", "\u01c5\u017f\u212a", "\U00010400"),
    *("\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165", "\u6599\u7406 \u30ec\u30b7\u30d4"),
    *(
        "mail Ann@Example.COM now",
        "\U0001f35c soup",
        "a\u2028b\u200bc\u0085d\u1680e\u001ff\u2007g\u0085@h.i",
        "\\d+ '\"%_",
    ),
)

SHOWN = """
    SELECT library.ensure_impression_partitions('2026-03-01', '2026-03-31');
    INSERT INTO library.shown_lists (list_id, shown_at, surface, user_id)
    SELECT gen_random_uuid(), moment, surface, (SELECT id FROM library.users WHERE name = person)
    FROM (VALUES
        (timestamptz '2026-03-06T23:59:59.999999Z', 'for_you', 'ann'), ('2026-03-07T00:00:00Z', 'for_you', 'ben'),
        ('2026-03-07T12:00:00Z', 'similar', 'bot'), ('2026-03-02T09:00:00Z', 'for_you', 'ann'),
        ('2026-03-09T12:00:00Z', 'search', NULL)
    ) AS shown (moment, surface, person);
    INSERT INTO library.impressions (list_id, shown_at, prompt_id, place, reason)
    SELECT l.list_id, l.shown_at, p.id, p.id, CASE WHEN p.title = 'soup' THEN 'popular' END
    FROM library.shown_lists AS l CROSS JOIN library.prompts AS p WHERE p.title IN ('soup', 'stew', 'trip');
    INSERT INTO library.impression_clicks (list_id, shown_at, prompt_id, action, clicked_at)
    SELECT i.list_id, i.shown_at, i.prompt_id, action, i.shown_at + interval '1 minute'
    FROM library.impressions AS i CROSS JOIN (VALUES ('open'), ('copy')) AS actions (action) WHERE i.reason = 'popular';
    UPDATE library.activity_days SET revision = DEFAULT;
"""


def activity(people: dict[str, int], prompts: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Events at the edges of what is counted; the file's order is not that of time."""

    def event(moment: str, kind: str, who: str | None, prompt: str | None = None, **more: Any) -> dict[str, Any]:
        named = {"user_id": f"{who}@example.com"} if who in people else {"session_id": who} if who else {}
        what = {"prompt_id": prompts[prompt]} if prompt else {}
        number = next(numbers)
        return {"event_id": f"e{number}", "event_type": kind, "occurred_at": f"{moment}Z"} | named | what | more

    numbers = iter(range(10_000))
    # The first and the last moment of a day.
    yield event("2026-03-07T00:00:00", "view", "ann", "soup")
    yield event("2026-03-06T23:59:59.999999", "view", "ann", "soup")
    yield event("2026-03-06T23:59:59.999999", "copy", "visit", "stew")
    # Half an hour ends no session, a minute more does.
    for minute in ("10:00:59", "10:30:00", "11:01:00"):
        yield event(f"2026-03-07T{minute}", "view", "ben", "soup")
    # Twenty views in a minute are a person's, one more a bot's; so are 201 of a day.
    for second in range(20):
        yield event(f"2026-03-07T12:00:{second:02}", "view", "ben", "stew")
        yield event(f"2026-03-07T12:00:{second:02}", "view", "bot", "stew")
    yield event("2026-03-07T12:00:59", "view", "bot", "stew")
    yield event("2026-03-07T13:00:00", "like", "bot", "soup")
    for number in range(201):
        yield event(f"2026-03-09T{number // 10:02}:{number % 10 * 6:02}:00", "view", "crawler", "soup")
    # Nobody that is known, and a creator at her own prompt.
    yield event("2026-03-07T14:00:00", "view", None, "soup")
    yield event("2026-03-07T14:00:00", "view", "cho", "trip")
    yield event("2026-03-07T14:00:01", "like", "cho", "trip")
    # What was said last holds, whatever comes first; of two at the same moment the one with the higher id.
    yield event("2026-03-10T09:00:00", "unlike", "ann", "stew")
    yield event("2026-03-07T09:00:00", "like", "ann", "stew")
    yield event("2026-03-07T09:00:00", "like", "ben", "stew")
    yield event("2026-03-07T09:00:00", "unlike", "ben", "stew")
    yield event("2026-03-09T09:00:00", "like", "ann", "soup")
    yield event("2026-03-09T09:00:00.000001", "like", "ben", "soup")
    yield event("2026-03-01T09:00:00", "unlike", "dan", "soup")
    yield event("2026-03-10T10:00:00", "like", "dan", "merged")
    yield event("2026-03-10T10:00:00", "copy", "ann", "merged")
    yield event("2026-03-10T10:00:00", "share", "visit", "archived")
    yield event("2026-03-10T10:00:00", "paywall_view", "visit", "trip")
    # A day of which nothing will be left.
    yield event("2026-03-08T10:00:00", "view", "ann", "soup")
    # Searches: one form of each query, what follows them within five minutes, and at a day's end.
    for number, query in enumerate(QUERIES):
        yield event(f"2026-03-10T11:{number:02}:00", "search", "visit", query=query, result_count=number % 3)
        yield event(f"2026-03-10T12:{number:02}:00", "search", f"v{number % 4}", query=query)
    for who in ("A", "b", "ann", "_"):
        yield event("2026-03-10T13:00:00", "search", who, "soup", query="many", position=3)
    yield event("2026-03-10T14:00:00", "search", "ann", "soup", query="placed", position=1, result_count=0)
    yield event("2026-03-10T14:05:00", "view", "ann", "soup")
    yield event("2026-03-10T14:05:01", "search", "ann", query="placed")
    yield event("2026-03-10T14:10:02", "view", "ann", "stew")
    yield event("2026-03-10T23:55:00", "search", "ben", query="late")
    yield event("2026-03-10T23:54:59.999999", "search", "cho", "stew", query="late", position=11)
    yield event("2026-03-10T15:00:00", "search", None, query="nobody")
    yield event("2026-03-10T15:00:00", "search", "bot")
    # Within the week after a sign-up, and the moment after it.
    yield event("2026-03-09T00:00:00", "copy", "eve", "soup")
    yield event("2026-03-08T23:59:59.999999", "copy", "fay", "soup")


def add_catalogue(library: Library) -> tuple[dict[str, int], dict[str, int]]:
    """People who signed up on the same day, and prompts; two likes are older than any event that is kept."""
    names = ("ann", "ben", "cho", "dan", "bot", "eve", "fay")
    people = {name: library.add_user(f"{name}@example.com") for name in names}
    library.do("UPDATE library.users SET created_at = '2026-03-02T00:00:00Z'")
    tags = {"soup": ("cooking", "korean"), "stew": ("cooking",), "trip": ("travel",)}
    prompts = {
        title: library.add_prompt(title, tags=tags.get(title, ()), creator=people["cho"] if title == "trip" else None)
        for title in ("soup", "stew", "trip", "merged", "archived", "old")
    }
    for prompt, moment in (("old", "2026-01-01T00:00:00Z"), ("soup", "2026-03-02T00:00:00Z")):
        values = {"dan": people["dan"], "prompt": prompts[prompt], "moment": moment}
        library.do("INSERT INTO library.user_prompt_likes VALUES (:dan, :prompt, :moment)", **values)
    return people, prompts


def load_edges(library: Library, people: dict[str, int], prompts: dict[str, int], folder: Path) -> None:
    """Load the events late, twice and out of order; then take out a day, merge a prompt and archive another."""
    events = list(activity(people, prompts))
    first, late = events[::2], events[1::2]
    load_activity(library.ingest, [write_jsonl(folder / "first.jsonl", [*first, *first[:5]])])
    load_activity(library.ingest, [write_jsonl(folder / "late.jsonl", [*late, *first[-5:]])])
    library.do("""
        DELETE FROM library.activity_events
        WHERE occurred_at >= '2026-03-08T00:00:00Z' AND occurred_at < '2026-03-08T12:00:00Z'
    """)
    merged = "UPDATE library.prompts SET merged_into = :soup, archived_at = now() WHERE id = :merged"
    library.do(merged, soup=prompts["soup"], merged=prompts["merged"])
    library.do("UPDATE library.prompts SET archived_at = now() WHERE id = :id", id=prompts["archived"])
    library.do(SHOWN)
