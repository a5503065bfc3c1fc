"""Every real collection beside the project, imported one after the other into one library: `docs/formats.md`.

`python -m tests.ingest.test_real_collections` (`make formats`) writes the document anew.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest import BatchResult, ImportOptions, find_near_duplicates, import_prompts
from schema.migrations import upgrade
from schema.repository.history import rejections_of
from schema.roles import Role
from tests.conftest import COLLECTIONS
from tests.support.library import Library
from tests.support.servers import embedded_server

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
COPIES = (
    ("prompts.chat, December 2022", "prompts.chat", "prompts_chat/history/prompts_2022-12-20.csv"),
    ("prompts.chat, June 2023", "prompts.chat", "prompts_chat/history/prompts_2023-06-01.csv"),
    ("prompts.chat, February 2026", "prompts.chat", "prompts_chat/history/prompts_2026-02-22.csv"),
    ("prompts.chat, March 2026", "prompts.chat", "prompts_chat/prompts.csv"),
    ("NextChat (cn, tw and en)", "NextChat", "nextchat/prompts.json"),
    ("a spreadsheet of 2023", "spreadsheet", "prompts_chat/forks/prompts.xlsx"),
)
COUNTS = ("found", "inserted", "translations", "updated", "unchanged", "duplicates", "rejected")
INTRODUCTION = """# Formats

What `promptory import` made of real public collections: one after the other, into one library, without any option but
the collection's name. `inserted` are new prompts, `translations` new texts that are linked to the prompt which they
translate, `duplicates` records whose text the library had already. Files that hold no prompts (indexes, licences,
pictures, parts of other files) are passed over. The collections' names and counts are facts; none of their texts is in
this project.

This document is written by `make formats`, and a test compares it with a new run.
"""
COPIES_INTRODUCTION = """
## One library, not six copies

The same collection at four dates, a product that ships it, and a spreadsheet made of it, imported in this order into an
empty library. `vanished` are records of an earlier version that a later one no longer holds.
"""


def document(library: Library, other: Library, collections: Path) -> str:
    """The whole document; both libraries are empty before."""
    return "\n".join(
        [INTRODUCTION, *_formats(library, collections), COPIES_INTRODUCTION, *_copies(other, collections), ""]
    )


def load(library: Library, path: Path, collection: str) -> BatchResult:
    return import_prompts(library.ingest, [path], ImportOptions(collection=collection, root=path.parent))


def _formats(library: Library, collections: Path) -> Iterator[str]:
    yield from _table("collection", "files", "formats", *COUNTS, "passed over", "rejected because")
    sums: Counter[str] = Counter()
    for folder in sorted(path for path in collections.iterdir() if path.is_dir()):
        result = load(library, folder, folder.name)
        counts = {count: result.total(count) for count in COUNTS}
        sums.update(counts)
        formats = Counter(file.format for file in result.files if file.found)
        named = "; ".join(f"{name} ({number})" if number > 1 else name for name, number in formats.most_common())
        row = (
            folder.name,
            formats.total(),
            named,
            *counts.values(),
            len(result.passed_over),
            _reasons(library, result),
        )
        yield _row(*row)
    yield _row("**all**", "", "", *(f"**{sums[count]}**" for count in COUNTS), "", "")


def _reasons(library: Library, result: BatchResult) -> str:
    assert result.batch_id is not None
    with library.viewer(None, Role.INGEST) as session:
        refused = rejections_of(session, result.batch_id, take=10_000)
    reasons = Counter(one.reason.partition(":")[0].removeprefix(one.file).strip() for one in refused)
    return "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common())


def _copies(library: Library, collections: Path) -> Iterator[str]:
    yield from _table("import", *COUNTS, "vanished", "near-duplicates", "prompts in the library")
    for name, collection, path in COPIES:
        result = load(library, collections / path, collection)
        pairs = find_near_duplicates(library.ingest)
        held = library.value("SELECT count(*) FROM library.prompt_cards WHERE translation_of IS NULL")
        yield _row(name, *(result.total(count) for count in COUNTS), result.vanished, pairs, held)


def _table(*columns: str) -> tuple[str, str]:
    return _row(*columns), _row(*("---" for _ in columns))


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def test_the_document_says_what_is_so(library: Library, other_library: Library, collections: Path) -> None:
    assert document(library, other_library, collections) == DOCUMENT.read_text(encoding="utf-8")


def test_every_collection_imported_again_changes_nothing(library: Library, collections: Path) -> None:
    for folder in sorted(path for path in collections.iterdir() if path.is_dir()):
        load(library, folder, folder.name)
        again = load(library, folder, folder.name)
        assert [again.total(count) for count in ("inserted", "translations", "updated")] == [0, 0, 0], folder.name


if __name__ == "__main__":
    with TemporaryDirectory() as place, embedded_server(Path(place)) as url:
        both = []
        for name in ("one", "other"):
            server = Library(url)
            server.engine().execution_options(isolation_level="AUTOCOMMIT").connect().exec_driver_sql(
                f"CREATE DATABASE {name}"
            )
            server.dispose()
            both.append(Library(url.set(database=name)))
            upgrade(both[-1].engine())
        DOCUMENT.write_text(document(both[0], both[1], COLLECTIONS), encoding="utf-8")
        for one in both:
            one.dispose()
