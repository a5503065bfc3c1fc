"""What imports leave of each other: any sequence of them can be taken back, and each says what it really knows."""

import random
from pathlib import Path
from typing import Any

import pytest

from ingest import ImportOptions, decide, import_corrections, import_prompts
from ingest.text import without_addresses_in
from schema.errors import PromptoryError
from schema.models import Tier
from schema.repository.history import rejections_of
from schema.roles import Role
from tests.ingest.test_undo import content, load, undo
from tests.support.files import write_csv, write_json
from tests.support.library import Library


def a_record(chance: random.Random) -> dict[str, Any]:
    """One of few texts, with keys, titles, tags, authors and translations that repeat."""
    record: dict[str, Any] = {"prompt": f"text {chance.choice('abcde')}", "title": chance.choice(["T1", "T2", "T3"])}
    choices: dict[str, list[Any]] = {
        "id": ["1", "2", "3"],
        "tags": [["x"], ["y", "z"]],
        "author": ["Kim", "Lee"],
        "access": ["PRO", "FREE"],
        "translation_key": ["1", "2"],
    }
    for name, values in choices.items():
        if chance.random() < 0.4:
            record[name] = chance.choice(values)
    return record


@pytest.mark.parametrize("seed", range(8))
def test_any_sequence_of_imports_can_be_taken_back(library: Library, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    states, batches = [content(library)], []
    for _ in range(5):
        names = chance.sample(["f.json", "g.json"], chance.choice([1, 1, 2]))
        files = [write_json(tmp_path / name, [a_record(chance) for _ in range(chance.randint(1, 4))]) for name in names]
        options: dict[str, Any] = {"collection": chance.choice("AAB"), "prune": chance.random() < 0.3, "force": True}
        result = load(library, *files, **options)
        assert result.total("found") == sum(
            result.total(count)
            for count in ("inserted", "updated", "unchanged", "duplicates", "translations", "rejected")
        )
        batches.append(result)
        states.append(content(library))
    for result in reversed(batches):
        states.pop()
        undo(library, result)
        assert content(library) == states[-1]


def test_an_undo_that_would_meet_a_later_text_is_refused_in_words(library: Library, tmp_path: Path) -> None:
    load(library, write_json(tmp_path / "f.json", [{"id": 1, "prompt": "b"}]))
    second = load(library, write_json(tmp_path / "f.json", [{"id": 1, "prompt": "e"}]))
    third = load(library, write_json(tmp_path / "g.json", [{"prompt": "b"}]))
    with pytest.raises(PromptoryError, match=rf"in this order: {third.batch_id}\."):
        undo(library, second)
    undo(library, third)
    library.do("INSERT INTO library.prompts (title, prompt_text, content_hash) VALUES ('Mine', 'b', sha256('b'))")
    with pytest.raises(PromptoryError, match="the prompt 'Mine'"):
        undo(library, second)


def test_an_undo_does_not_reverse_what_curators_decided(library: Library, tmp_path: Path) -> None:
    load(library, write_json(tmp_path / "f.json", [{"id": 1, "prompt": "one"}, {"id": 2, "prompt": "two"}]))
    second = load(library, write_json(tmp_path / "f.json", [{"id": 1, "prompt": "one"}, {"id": 2, "prompt": "two!"}]))
    decide(library.ingest, 1, 2, merge=True)
    with pytest.raises(PromptoryError, match="were merged with others since"):
        undo(library, second)


def test_corrections_make_nothing_vanish(library: Library, tmp_path: Path) -> None:
    records = [{"title": "A", "prompt": "a"}, {"title": "B", "prompt": ""}, {"title": "C", "prompt": ""}]
    first = load(library, write_json(tmp_path / "c.json", records))
    assert first.batch_id is not None
    for text in ("b", "c"):
        with library.viewer(None, Role.INGEST) as session:
            rejection = rejections_of(session, first.batch_id, only_open=True)[0]
        corrected = {**rejection.record, "prompt": text}
        result = import_corrections(library.ingest, first.batch_id, {rejection.id: corrected})
        assert (result.total("inserted"), result.vanished) == (1, 0)
        with pytest.raises(PromptoryError, match="corrected already"):
            import_corrections(library.ingest, first.batch_id, {rejection.id: corrected})
    with library.viewer(None, Role.INGEST) as session:
        assert rejections_of(session, first.batch_id, only_open=True) == []


def test_corrections_are_read_as_their_import_was_told(library: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "c.json", [{"Q": "a", "title": "A"}, {"Q": "", "title": "B"}])
    said: dict[str, Any] = {"access": Tier.PRO, "tags": ("new",), "licence": "MIT", "mapping": {"prompt": "Q"}}
    first = load(library, file, **said)
    assert first.batch_id is not None
    with library.viewer(None, Role.INGEST) as session:
        (rejection,) = rejections_of(session, first.batch_id)
    broken = import_corrections(library.ingest, first.batch_id, {rejection.id: {"Q": "half \ud83d", "title": "B"}})
    assert broken.batch_id is not None
    with library.viewer(None, Role.INGEST) as session:
        (rejection,) = rejections_of(session, broken.batch_id)
    assert "broken emoji" in rejection.reason
    import_corrections(library.ingest, broken.batch_id, {rejection.id: {"Q": "b", "title": "B"}})
    prompts = "library.prompts AS p JOIN library.prompt_sources AS k ON k.prompt_id = p.id"
    assert library.rows(f"SELECT p.prompt_text, p.access, k.tags, k.licence FROM {prompts} ORDER BY 1") == [
        ("a", "PRO", ["new"], "MIT"),
        ("b", "PRO", ["new"], "MIT"),
    ]


def test_undoing_imports_in_any_order_leaves_nothing_behind(library: Library, tmp_path: Path) -> None:
    def one(text: str) -> Path:
        return write_json(tmp_path / f"{text}.json", [{"prompt": text, "author": "ann", "tags": ["shared"]}])

    first, second = load(library, one("a")), load(library, one("b"))
    undo(library, first)
    assert library.rows("SELECT name FROM library.tags") == [("shared",)]
    undo(library, second)
    for table in ("tags", "collections", "users", "import_changes"):
        assert library.value(f"SELECT count(*) FROM library.{table}") == 0


def test_a_prompt_that_follows_another_record_keeps_what_it_was(library: Library, tmp_path: Path) -> None:
    second = {"id": 2, "title": "Second", "prompt": "x"}
    load(library, write_json(tmp_path / "f.json", [{"id": 1, "title": "First", "prompt": "x"}, second]))
    load(library, write_json(tmp_path / "f.json", [{"id": 1, "title": "First", "prompt": "y"}, second]))
    assert library.rows("SELECT title, prompt_text FROM library.prompts ORDER BY id") == [
        ("Second", "x"),
        ("First", "y"),
    ]
    assert library.rows("SELECT prompt_id, title, prompt_text FROM library.prompt_versions") == [(1, "First", "x")]


def test_a_file_that_is_named_twice_is_read_once(library: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "f.json", [{"prompt": "a"}])
    assert len(load(library, file, tmp_path / "." / "f.json", file).files) == 1


def test_a_file_of_a_folder_alone_says_nothing_of_the_others(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    rows = [[f"t{number}", f"text {number}"] for number in range(10)]
    write_csv(folder / "a.csv", ["title", "prompt"], *rows)
    write_csv(folder / "b.csv", ["title", "prompt"], ["b", "text b"])
    load(library, folder)
    result = load(library, folder / "a.csv", prune=True)
    assert (result.vanished, result.archived) == (0, 0)
    (folder / "b.csv").unlink()
    assert load(library, folder).vanished == 1


def test_parts_keep_their_keys_in_whatever_order_they_come(library: Library, tmp_path: Path) -> None:
    def part(name: str, *titles: str) -> Path:
        records = [{"id": number, "title": title, "prompt": f"{title} text"} for number, title in enumerate(titles)]
        return write_json(tmp_path / name, records)

    load(library, part("poets.json", "Sonnet", "Haiku"))
    load(library, part("cooks.json", "Soup", "Bread"))
    both = load(library, part("cooks.json", "Soup", "Bread", "Cake"), part("poets.json", "Sonnet", "Haiku", "Ode"))
    assert [(file.inserted, file.unchanged) for file in both.files] == [(1, 2), (1, 2)]
    assert both.vanished == 0


def test_two_collections_do_not_take_a_translation_from_each_other(library: Library, tmp_path: Path) -> None:
    files = {}
    for name, original in (("A", "Hello there"), ("B", "Good day to you")):
        korean = {"id": "1@ko", "translation_key": "1", "prompt": "안녕하세요"}
        files[name] = write_json(
            tmp_path / f"{name}.json", [{"id": "1", "translation_key": "1", "prompt": original}, korean]
        )
    for name in "ABAB":
        load(library, files[name], collection=name)
    links = library.rows("SELECT prompt_text, translation_of FROM library.prompts WHERE translation_of IS NOT NULL")
    assert links == [("안녕하세요", 1)]
    assert library.value("SELECT count(*) FROM library.import_changes WHERE relation = 'prompts' AND batch_id > 2") == 0


def test_a_mapping_decides_what_is_an_author_and_what_is_a_text(library: Library, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "p.csv", ["title", "Q", "text"], ["Gil <gil@example.com>", "Write to gil@example.com", ""]
    )
    import_prompts(library.ingest, [file], ImportOptions(mapping={"author": "title", "prompt": "Q"}))
    assert library.value("SELECT prompt_text FROM library.prompts") == "Write to gil@example.com"
    assert library.value("SELECT count(*) FROM library.users WHERE name LIKE '%@%'") == 0
    with pytest.raises(PromptoryError, match="no column 'nothere'"):
        import_prompts(library.ingest, [file], ImportOptions(mapping={"prompt": "nothere"}))


@pytest.mark.timeout(20)
def test_addresses_are_found_in_time_that_grows_with_the_text_only() -> None:
    for hostile in ("a@" * 50_000, "@user/" * 20_000, "a" * 100_000 + "@" + "b" * 100_000):
        without_addresses_in(hostile, b"key")
    cleaned = without_addresses_in({"bob@example.com": ["kim.lee+x@a.co.kr, plain"]}, b"key")
    assert "@" not in str(cleaned)


@pytest.mark.timeout(60)  # row by row it takes many minutes
def test_a_large_import_into_an_emptied_library_is_joined_as_one(library: Library, tmp_path: Path) -> None:
    first = load(library, write_json(tmp_path / "p.json", [{"prompt": "a"}]))
    undo(library, first)
    library.do("ANALYZE")
    rows = [[f"t{number}", f"text number {number}"] for number in range(20_000)]
    assert load(library, write_csv(tmp_path / "big.csv", ["title", "prompt"], *rows)).total("inserted") == 20_000
    assert load(library, tmp_path / "big.csv").total("unchanged") == 20_000
