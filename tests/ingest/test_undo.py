"""Importing newer versions, and taking imports back."""

from pathlib import Path
from typing import Any

import pytest

from ingest import BatchResult, ImportOptions, import_prompts, undo_import
from schema.errors import PromptoryError
from schema.repository.own_prompts import set_picture
from schema.repository.prompts import create_prompt
from tests.support.files import write_csv, write_json
from tests.support.library import Library

CONTENT = {
    "prompts": "id",
    "prompt_sources": "id",
    "prompt_tags": "prompt_id, tag_id",
    "prompt_versions": "prompt_id, version",
    "tags": "id",
    "users": "id",
    "collections": "id",
    "import_changes": "relation, row_id, batch_id",
}


def content(library: Library) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that an import writes."""
    return {
        table: library.rows(f"SELECT to_jsonb(t)::text FROM library.{table} AS t ORDER BY {order}")
        for table, order in CONTENT.items()
    }


def load(library: Library, *paths: Path, collection: str = "c", **options: Any) -> BatchResult:
    return import_prompts(library.ingest, list(paths), ImportOptions(collection=collection, **options))


def undo(library: Library, result: BatchResult, *, force: bool = False) -> None:
    assert result.batch_id is not None
    undo_import(library.ingest, result.batch_id, force=force)


OLD = [
    {"id": 1, "title": "One", "prompt": "text one", "tags": ["a", "b"], "author": "Kim"},
    {"id": 2, "title": "Two", "prompt": "text two", "tags": ["b"]},
    {"id": 3, "title": "Three", "prompt": "text three"},
]
NEW = [
    {"id": 1, "title": "One, better", "prompt": "text one, better", "tags": ["a", "c"], "author": "Lee"},
    {"id": 2, "title": "Two", "prompt": "text three", "tags": ["d"]},
    {"id": 4, "title": "Four", "prompt": "text four", "author": "Park"},
]


def test_undo_restores_every_row_of_every_table(library: Library, tmp_path: Path) -> None:
    empty = content(library)
    first = load(library, write_json(tmp_path / "p.json", OLD))
    other = load(library, write_json(tmp_path / "o.json", [{"prompt": "text two"}]), collection="other")
    before = content(library)
    second = load(library, write_json(tmp_path / "p.json", NEW), licence="MIT", prune=True, force=True)
    assert content(library) != before
    undo(library, second)
    assert content(library) == before
    undo(library, other)
    undo(library, first)
    assert content(library) == empty
    statuses = library.rows("SELECT status FROM library.import_batches ORDER BY id")
    assert statuses == [("UNDONE",)] * 3


def test_a_text_that_moves_from_one_record_to_another_stays_in_the_library(library: Library, tmp_path: Path) -> None:
    load(library, write_json(tmp_path / "p.json", [{"id": 1, "title": "One", "prompt": "old"}]))
    before = content(library)
    moved = [{"id": 1, "title": "One", "prompt": "new"}, {"id": 2, "title": "Two", "prompt": "old"}]
    second = load(library, write_json(tmp_path / "p.json", moved))
    assert (second.files[0].updated, second.files[0].inserted) == (1, 1)
    assert library.rows("SELECT title, prompt_text FROM library.prompts ORDER BY 1") == [("One", "new"), ("Two", "old")]
    undo(library, second)
    assert content(library) == before


def test_an_import_that_others_built_on_says_which(library: Library, tmp_path: Path) -> None:
    first = load(library, write_json(tmp_path / "p.json", OLD))
    load(library, write_json(tmp_path / "o.json", [{"prompt": "text two"}]), collection="other")
    load(library, write_json(tmp_path / "p.json", NEW))
    with pytest.raises(PromptoryError, match=r"in this order: 3, 2\."):
        undo(library, first)


def test_what_people_liked_is_not_undone_unasked(library: Library, tmp_path: Path) -> None:
    first = load(library, write_json(tmp_path / "p.json", OLD))
    library.like(library.add_user("a@example.com"), library.value("SELECT min(id) FROM library.prompts"))
    with pytest.raises(PromptoryError, match="1 likes and 0 events"):
        undo(library, first)
    undo(library, first, force=True)
    assert library.value("SELECT count(*) FROM library.prompts") == 0


def test_a_persons_picture_outlives_an_undo_of_what_touched_their_prompt(library: Library, tmp_path: Path) -> None:
    ann = library.add_user("ann@example.com")
    with library.viewer(ann) as session:
        own = create_prompt(session, ann, title="옷장", prompt_text="옷장을 정리해 주세요.")
        session.commit()
    records = [
        {"key": "k", "translation_key": "k", "prompt": "Please tidy the wardrobe."},
        {"key": "k@ko", "translation_key": "k", "prompt": "옷장을 정리해 주세요."},
    ]
    result = load(library, write_json(tmp_path / "p.json", records))
    assert library.value("SELECT translation_of IS NOT NULL FROM library.prompts WHERE id = :own", own=own)
    key = f"{'0' * 64}.webp"
    with library.viewer(ann) as session:
        set_picture(session, own, key)
        session.commit()
    undo(library, result)
    assert library.rows("SELECT image_key, translation_of FROM library.prompts") == [(key, None)]


def test_what_cannot_be_undone_says_why(library: Library, tmp_path: Path) -> None:
    with pytest.raises(PromptoryError):
        load(library, write_json(tmp_path / "p.json", [{"no": "prompt"}]))
    failed = library.value("SELECT id FROM library.import_batches")
    with pytest.raises(PromptoryError, match="failed and left nothing"):
        undo_import(library.ingest, failed)
    with pytest.raises(PromptoryError, match=f"no import {failed + 1}"):
        undo_import(library.ingest, failed + 1)


def test_what_vanished_is_listed_and_archived_only_on_request(library: Library, tmp_path: Path) -> None:
    rows = [[f"t{number}", f"text {number}"] for number in range(10)]
    load(library, write_csv(tmp_path / "v1.csv", ["title", "prompt"], *rows))
    newer = write_csv(tmp_path / "v2.csv", ["title", "prompt"], *rows[1:], ["t10", "text 10"])
    second = load(library, newer)
    assert (second.vanished, second.archived) == (1, 0)
    vanished = library.rows("SELECT title, vanished_batch_id FROM library.prompt_sources WHERE vanished_batch_id > 0")
    assert vanished == [("t0", second.batch_id)]
    third = load(library, newer, prune=True)
    assert (third.vanished, third.archived) == (0, 1)
    assert library.value("SELECT count(*) FROM library.prompt_cards") == 10
    back = load(library, tmp_path / "v1.csv")
    assert back.files[0].updated == 1
    assert library.value("SELECT count(*) FROM library.prompt_cards") == 11


def test_a_prune_of_much_is_refused_whole(library: Library, tmp_path: Path) -> None:
    rows = [[f"t{number}", f"text {number}"] for number in range(10)]
    file = write_csv(tmp_path / "p.csv", ["title", "prompt"], *rows)
    load(library, file)
    before = content(library)
    write_csv(file, ["title", "prompt"], *rows[:7], ["new", "new text"])
    with pytest.raises(PromptoryError, match="3 of the collection's 11 prompts"):
        load(library, file, prune=True)
    assert content(library) == before
    assert load(library, file, prune=True, force=True).archived == 3


def test_a_second_part_with_the_same_keys_is_no_newer_version(library: Library, tmp_path: Path) -> None:
    def part(name: str, *titles: str) -> Path:
        return write_json(tmp_path / name, [{"id": n, "title": t, "prompt": f"{t} text"} for n, t in enumerate(titles)])

    poets, cooks = part("poets.json", "Sonnet", "Haiku", "Ode"), part("cooks.json", "Soup", "Bread", "Cake")
    load(library, poets)
    assert load(library, cooks).files[0].inserted == 3
    assert [file.unchanged for file in load(library, poets, cooks).files] == [3, 3]
    newer = part("poets-2.json", "Sonnet", "Haiku", "Ballad")
    result = load(library, newer)
    assert (result.files[0].unchanged, result.files[0].updated) == (2, 1)
    assert library.value("SELECT count(*) FROM library.prompts") == 6


def test_a_trial_tells_what_would_happen_and_touches_nothing(library: Library, tmp_path: Path) -> None:
    load(library, write_json(tmp_path / "p.json", OLD))
    before, batches = content(library), library.value("SELECT count(*) FROM library.import_batches")
    trial = load(library, write_json(tmp_path / "p.json", NEW), is_trial=True)
    assert (trial.batch_id, trial.files[0].inserted, trial.files[0].updated) == (None, 1, 1)
    assert content(library) == before
    assert library.value("SELECT count(*) FROM library.import_batches") == batches


def test_february_march_and_back(library: Library, collections: Path) -> None:
    folder = collections / "prompts_chat"
    load(library, folder / "history" / "prompts_2026-02-22.csv")
    before = content(library)
    march = load(library, folder / "prompts.csv")
    assert march.vanished > 0
    undo(library, march)
    assert content(library) == before
