"""Commands that ask the library: search, recommend, similar, status, rejections."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from ingest.lake import events_held, lake_in_use
from orchestration.cli.console import out, print_json, print_table, ready_database
from schema.database import database_url, engine_for, viewer_session
from schema.embedders import query_embedder
from schema.errors import PromptoryError
from schema.metrics import Metric, timed
from schema.migrations import is_newer, revisions
from schema.models import AgentType, Tier
from schema.repository.history import batch_exists, last_activity, library_counts, recent_batches, rejections_of
from schema.repository.people import find_user_id
from schema.repository.recommendations import recommended_prompts
from schema.repository.search import Sort, search_prompts
from schema.repository.similar import is_shown, similar_prompts
from schema.roles import Role

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def search(
    query: Annotated[str, typer.Argument(help="Words in any language; '' for everything.")],
    *,
    tag: Annotated[
        list[str] | None, typer.Option(help="Only prompts with this tag; more than once for several.")
    ] = None,
    agent_type: Annotated[AgentType | None, typer.Option(help="Only this kind of prompt.")] = None,
    access: Annotated[Tier | None, typer.Option(help="Only free or only Pro prompts.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language (en, ko, ...).")] = None,
    collection: Annotated[str | None, typer.Option(help="Only prompts of this collection.")] = None,
    creator: Annotated[int | None, typer.Option(min=1, help="Only prompts of the creator with this id.")] = None,
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.RELEVANCE,
    skip: Annotated[int, typer.Option(min=0, max=1_000_000, help="Leave out the first so many.")] = 0,
    take: Annotated[int, typer.Option(min=1, max=100, help="Show so many.")] = 10,
    facets: Annotated[bool, typer.Option("--facets", help="Count what is found by tag, creator and the like.")] = False,
    as_user: Annotated[
        str | None, typer.Option("--user", help="Search as this person (e-mail); else as a visitor.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search the library as a reader sees it: the texts of Pro prompts are searched only for who may read them."""
    ready_database()
    engine = engine_for(Role.DASHBOARD)
    viewer = _user_id(as_user) if as_user else None
    with viewer_session(engine, viewer) as session, timed(Metric.SEARCH_MILLISECONDS):
        page = search_prompts(
            session,
            query,
            sort=sort,
            tags=tuple(tag or ()),
            agent_type=agent_type,
            access=access,
            language=language,
            collection=collection,
            creator=creator,
            skip=skip,
            take=take,
            with_facets=facets,
            embedder=query_embedder(),
        )
    if as_json:
        results = [
            {"id": card.id, "title": card.title, "description": card.description, "agent_type": card.agent_type}
            | {"access": card.access, "language": card.language, "creator": card.creator_name, "likes": card.likes}
            | {"tags": card.tags, "snippet": one.snippet.text, "marks": one.snippet.marks}
            for one in page.found
            for card in [one.card]
        ]
        told = {"total": page.total, "is_total": page.is_total, "corrected": page.corrected, "index_of": page.as_of}
        counted = (
            {} if page.facets is None else {"facets": {name: list(map(asdict, of)) for name, of in page.facets.items()}}
        )
        print_json(told | counted | {"results": results})
        return
    if not page.cards:
        out.print("Nothing found. Try fewer words, or another tag or language.")
        return
    columns: dict[str, Sequence[object]] = {
        "id": [card.id for card in page.cards],
        "title": [card.title for card in page.cards],
        "access": [card.access for card in page.cards],
        "likes": [card.likes for card in page.cards],
        "tags": [", ".join(card.tags) for card in page.cards],
    }
    shown = f"{len(page.cards)} of {page.total:,}{'' if page.is_total else ' or more'}"
    for_what = f" for {page.corrected}" if page.corrected else ""
    print_table(f"{shown}{for_what}", columns, frozenset({"id", "likes"}))
    for facet, values in (page.facets or {}).items():
        counts: dict[str, Sequence[object]] = {
            "value": [one.value for one in values],
            "name": [one.label for one in values],
            "prompts": [one.prompts for one in values],
        }
        print_table(facet, counts, frozenset({"prompts"}))


def recommend(
    user: Annotated[str, typer.Option(help="The person's e-mail address.")],
    take: Annotated[int, typer.Option(min=1, max=100, help="Show so many.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Recommend prompts to a person, with the reason."""
    ready_database()
    user_id = _user_id(user)
    with viewer_session(engine_for(Role.DASHBOARD), user_id) as session:
        found = recommended_prompts(session, user_id, take=take)
    if as_json:
        results = [
            {"id": one.card.id, "title": one.card.title, "because_of": one.because_of, "reason": one.reason}
            for one in found
        ]
        print_json({"recommendations": results})
        return
    columns: dict[str, Sequence[object]] = {
        "id": [one.card.id for one in found],
        "title": [one.card.title for one in found],
        "why": [f"{one.reason}: {one.because_of}" if one.because_of else one.reason for one in found],
    }
    print_table("Recommended", columns, frozenset({"id"}))


def similar(
    prompt_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The prompt, as `search` shows its id.")],
    take: Annotated[int, typer.Option(min=1, max=100, help="Show so many.")] = 5,
    as_user: Annotated[
        str | None, typer.Option("--user", help="Ask as this person (e-mail); else as a visitor.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the prompts that go with one: liked by the same people, then alike by content."""
    ready_database()
    with viewer_session(engine_for(Role.DASHBOARD), _user_id(as_user) if as_user else None) as session:
        if not is_shown(session, prompt_id):
            raise PromptoryError(f"There is no prompt {prompt_id}; `promptory search` shows the ids.")
        found = similar_prompts(session, prompt_id, take=take)
    if as_json:
        print_json({"similar": [{"id": card.id, "title": card.title, "access": card.access} for card in found]})
        return
    columns: dict[str, Sequence[object]] = {
        "id": [card.id for card in found],
        "title": [card.title for card in found],
        "access": [card.access for card in found],
    }
    print_table(f"Similar to {prompt_id}", columns, frozenset({"id"}))


def status(as_json: AsJson = False) -> None:
    """Say where the database is, whether its schema is current, what the library holds and what was loaded last."""
    ready_database()
    current, newest = revisions(engine_for(None))
    place = database_url().render_as_string(hide_password=True)
    with viewer_session(engine_for(Role.INGEST), None) as session:
        counts, latest = library_counts(session), last_activity(session)
        batches = recent_batches(session, take=5)
    if lake := lake_in_use():
        counts["activity_events"], latest = events_held(engine_for(Role.INGEST), lake)
    if as_json:
        loads = [
            {"batch_id": b.id, "kind": b.kind, "status": b.status, "collection": b.collection, "at": b.started_at}
            for b in batches
        ]
        print_json(
            {"database": place, "revision": current, "newest_revision": newest, "rows": counts}
            | {"last_activity": latest, "last_batches": loads}
        )
        return
    out.print(f"Database  {place}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"Schema    {current}{_standing(current, newest)}")
    out.print(f"Activity  up to {latest:%Y-%m-%d %H:%M} UTC" if latest else "Activity  none yet")
    print_table("Library", {"table": list(counts), "rows": list(counts.values())}, frozenset({"rows"}))
    columns: dict[str, Sequence[object]] = {
        "batch": [b.id for b in batches],
        "kind": [b.kind for b in batches],
        "status": [b.status for b in batches],
        "collection": [b.collection for b in batches],
        "at (UTC)": [f"{b.started_at:%Y-%m-%d %H:%M}" for b in batches],
    }
    print_table("Last loads", columns, frozenset({"batch"}))


def rejections(
    batch_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The batch, as `import` and `status` show it.")],
    take: Annotated[int, typer.Option(min=1, max=10_000, help="Show so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the records of a batch that were not accepted, and why."""
    ready_database()
    with viewer_session(engine_for(Role.INGEST), None) as session:
        if not batch_exists(session, batch_id):
            raise PromptoryError(f"There is no batch {batch_id}; `promptory status` lists the last ones.")
        refused = rejections_of(session, batch_id, take=take)
    if as_json:
        print_json(
            {
                "rejections": [
                    {"file": r.file, "row": r.row_number, "reason": r.reason, "record": r.record} for r in refused
                ]
            }
        )
        return
    columns: dict[str, Sequence[object]] = {
        "file": [r.file.rpartition("/")[2] for r in refused],
        "row": [r.row_number for r in refused],
        "reason": [r.reason for r in refused],
    }
    print_table(f"Batch {batch_id}: {len(refused)} rejected", columns, frozenset({"row"}))


def _standing(current: str | None, newest: str | None) -> str:
    """How a database's revision stands to the newest one of this release."""
    if current == newest:
        return " (current)"
    if current is not None and is_newer(current):
        return f", made by a newer release than this one, which knows {newest}"
    return f", {newest} is newer: promptory db upgrade"


def _user_id(email: str) -> int:
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        user_id = find_user_id(session, email)
    if user_id is None:
        raise PromptoryError(f"Nobody has the e-mail address {email}.")
    return user_id
