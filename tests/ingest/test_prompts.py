"""Importing prompt collections: nothing lost, nothing doubled, nothing half done."""

import csv
import gzip
import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from ingest import FileResult, ImportOptions, UnreadableFileError, import_prompts, preview_prompts
from schema.errors import PromptoryError
from schema.models import Tier
from tests.support.files import write_csv, write_json, write_jsonl
from tests.support.library import Library

OPTIONS = ImportOptions(collection="c")


def load(library: Library, *paths: Path, collection: str = "c") -> FileResult:
    """Import files and return the counts of the first."""
    return import_prompts(library.ingest, list(paths), ImportOptions(collection=collection)).files[0]


def counts(result: FileResult) -> tuple[int, ...]:
    """(inserted, updated, unchanged, duplicates, rejected), which add up to what was found."""
    parts = (result.inserted, result.updated, result.unchanged, result.duplicates, result.rejected)
    assert sum(parts) == result.found
    return parts


def test_a_second_import_changes_nothing(library: Library, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "p.csv", ["act", "prompt"], ["A", "one"], ["B", "two"], ["B again", " two\r\n"])
    assert counts(load(library, file)) == (2, 0, 0, 1, 0)
    before = library.rows("SELECT xmin::text, * FROM library.prompts ORDER BY id")
    sources = library.rows("SELECT xmin::text, * FROM library.prompt_sources ORDER BY id")
    assert counts(load(library, file)) == (0, 0, 2, 1, 0)
    assert library.rows("SELECT xmin::text, * FROM library.prompts ORDER BY id") == before
    assert library.rows("SELECT xmin::text, * FROM library.prompt_sources ORDER BY id") == sources


def test_titles_may_repeat_and_every_record_leaves_its_source(library: Library, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "p.csv", ["act", "prompt"], ["Same", "one"], ["Same", "two"], ["Other", "two"])
    load(library, file)
    sources = library.rows("SELECT title, occurrence, is_primary FROM library.prompt_sources ORDER BY row_number")
    assert sources == [("Same", 1, True), ("Same", 1, True), ("Other", 2, False)]


def test_a_newer_version_updates_by_key_and_keeps_the_old_text(library: Library, tmp_path: Path) -> None:
    load(library, write_json(tmp_path / "1.json", [{"id": 7, "title": "T", "prompt": "old", "tags": ["a", "b"]}]))
    newer = write_json(tmp_path / "2.json", [{"id": 7, "title": "T", "prompt": "new", "tags": ["b", "c"]}])
    assert counts(load(library, newer)) == (0, 1, 0, 0, 0)
    assert library.rows("SELECT title, prompt_text FROM library.prompts") == [("T", "new")]
    assert library.rows("SELECT version, prompt_text FROM library.prompt_versions") == [(1, "old")]
    tags = library.rows("SELECT name FROM library.prompt_tags JOIN library.tags ON id = tag_id ORDER BY name")
    assert tags == [("b",), ("c",)]


def test_the_same_body_from_two_collections_is_one_prompt_with_two_sources(library: Library, tmp_path: Path) -> None:
    load(library, write_csv(tmp_path / "1.csv", ["act", "prompt"], ["A", "shared"]), collection="one")
    again = write_json(tmp_path / "2.json", [{"title": "B", "prompt": "shared\n"}, {"title": "C", "prompt": "own"}])
    assert counts(load(library, again, collection="two")) == (1, 0, 0, 1, 0)
    assert library.rows("SELECT title FROM library.prompts ORDER BY id") == [("A",), ("C",)]
    assert library.value("SELECT count(*) FROM library.prompt_sources") == 3
    assert counts(load(library, again, collection="two")) == (0, 0, 1, 1, 0)


def test_a_record_whose_body_moves_leaves_the_others_of_its_prompt_alone(library: Library, tmp_path: Path) -> None:
    first = [{"id": 1, "title": "first", "prompt": "shared"}, {"id": 2, "title": "second", "prompt": "shared"}]
    load(library, write_json(tmp_path / "1.json", first))
    changed = [{"id": 1, "title": "first", "prompt": "changed"}, {"id": 2, "title": "second", "prompt": "shared"}]
    assert counts(load(library, write_json(tmp_path / "2.json", changed))) == (1, 1, 0, 0, 0)
    sources = library.rows("""
        SELECT k.source_key, k.is_primary, p.prompt_text
        FROM library.prompt_sources AS k JOIN library.prompts AS p ON p.id = k.prompt_id ORDER BY 1
    """)
    assert sources == [("1", True, "changed"), ("2", True, "shared")]


def test_two_records_that_swap_their_bodies_swap_their_prompts(library: Library, tmp_path: Path) -> None:
    one = {"id": 1, "title": "one", "prompt": "a", "tags": ["x"]}
    two = {"id": 2, "title": "two", "prompt": "b", "tags": ["y"]}
    load(library, write_json(tmp_path / "1.json", [one, two]))
    swapped = write_json(tmp_path / "2.json", [one | {"prompt": "b"}, two | {"prompt": "a"}])
    assert counts(load(library, swapped)) == (0, 2, 0, 0, 0)
    assert counts(load(library, swapped)) == (0, 0, 2, 0, 0)
    prompts = library.rows("""
        SELECT p.prompt_text, p.title, array_agg(t.name) FROM library.prompts AS p
        JOIN library.prompt_tags ON prompt_id = p.id JOIN library.tags AS t ON t.id = tag_id GROUP BY p.id ORDER BY 1
    """)
    assert prompts == [("a", "two", ["y"]), ("b", "one", ["x"])]


def test_records_that_change_together_keep_their_prompt(library: Library, tmp_path: Path) -> None:
    old = [{"id": 1, "title": "t", "prompt": "old"}, {"id": 2, "title": "t", "prompt": "old"}]
    load(library, write_json(tmp_path / "1.json", old))
    new = write_json(tmp_path / "2.json", [record | {"prompt": "new"} for record in old])
    assert counts(load(library, new)) == (0, 1, 0, 1, 0)
    assert library.rows("SELECT prompt_text FROM library.prompts") == [("new",)]
    assert library.rows("SELECT prompt_text FROM library.prompt_versions") == [("old",)]


def test_an_import_never_changes_a_prompt_that_a_person_made(library: Library, tmp_path: Path) -> None:
    author = library.add_user("author@example.com")
    library.add_prompt("mine", access="PRO", creator=author)
    record = {"id": 1, "title": "theirs", "prompt": "text of mine"}
    assert counts(load(library, write_json(tmp_path / "1.json", [record]))) == (0, 0, 0, 1, 0)
    changed = write_json(tmp_path / "2.json", [record | {"prompt": "another text"}])
    assert counts(load(library, changed)) == (1, 0, 0, 0, 0)
    prompts = library.rows("SELECT title, prompt_text, access FROM library.prompts ORDER BY id")
    assert prompts == [("mine", "text of mine", "PRO"), ("theirs", "another text", "FREE")]


def test_a_pro_prompt_stays_pro_and_no_title_shows_its_text(library: Library, tmp_path: Path) -> None:
    file = write_json(
        tmp_path / "p.json", [{"id": 1, "prompt": "secret words"}, {"id": 2, "title": "t", "prompt": "x"}]
    )
    import_prompts(library.ingest, [file], ImportOptions(collection="c", access=Tier.PRO))
    cards = "SELECT title, access FROM library.prompt_cards ORDER BY id"
    assert library.rows(cards) == [("Untitled prompt", "PRO"), ("t", "PRO")]
    assert counts(load(library, file)) == (0, 0, 2, 0, 0)
    newer = write_json(
        tmp_path / "p.json", [{"id": 1, "prompt": "new secret"}, {"id": 2, "prompt": "x", "access": "FREE"}]
    )
    assert counts(load(library, newer)) == (0, 2, 0, 0, 0)
    assert library.rows(cards) == [("Untitled prompt", "PRO"), ("x", "FREE")]


def test_texts_are_kept_as_they_are_but_for_line_ends_and_composition(library: Library, tmp_path: Path) -> None:
    bodies = ["=1+1", "-a", "+b", "@c", "a literal \\n stays", "  outer space stays \n", "tab\tand 한글 and 🙂"]
    rows = [[f"t{n}", body] for n, body in enumerate(bodies)] + [["crlf", "one\r\ntwo\rthree"], ["nfd", "e\u0301"]]
    load(library, write_csv(tmp_path / "p.csv", ["act", "prompt"], *rows, encoding="utf-8-sig"))
    kept = [body for (body,) in library.rows("SELECT prompt_text FROM library.prompts ORDER BY id")]
    assert kept == [*bodies, "one\ntwo\nthree", "\u00e9"]


def test_a_cell_longer_than_the_csv_modules_limit_is_read(library: Library, tmp_path: Path) -> None:
    load(library, write_csv(tmp_path / "p.csv", ["act", "prompt"], ["long", "x" * 200_000]))
    assert library.value("SELECT length(prompt_text) FROM library.prompts") == 200_000


def test_an_address_becomes_a_stable_pseudonym_and_is_stored_nowhere(library: Library, tmp_path: Path) -> None:
    rows = [
        ["A", "one", "Ann.Lee@example.com"],
        ["B", "two", "f,ann.lee@example.com"],
        ["C", "", "ann.lee@example.com"],
    ]
    load(library, write_csv(tmp_path / "p.csv", ["act", "prompt", "contributor"], *rows))
    creators = library.rows("""
        SELECT u.name, u.password_hash, u.email FROM library.prompts AS p JOIN library.users AS u ON u.id = p.created_by
        ORDER BY p.id
    """)
    assert creators[0][0].startswith("contributor-")
    assert creators[1] == ("f", None, None)
    (contributors,) = library.rows("SELECT contributors FROM library.prompt_sources WHERE title = 'B'")[0]
    assert contributors == ["f", creators[0][0]]
    for table in ("users", "prompts", "prompt_sources", "import_rejections", "import_batches"):
        assert library.value(f"SELECT count(*) FROM library.{table} AS t WHERE t::text ILIKE '%@example%'") == 0, table


def test_bad_records_are_kept_with_their_reason_and_good_ones_go_on(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    good = write_jsonl(file, [{"prompt": "good"}, {"prompt": "  "}, {"title": "none"}, {"prompt": "nul \x00 here"}])
    file.write_text(good.read_text() + '[1]\nnot json\n{"prompt": "half \\ud800"}\n{"prompt":"x","access":"GOLD"}\n')
    assert counts(load(library, file)) == (1, 0, 0, 0, 7)
    reasons = library.rows("SELECT row_number, reason FROM library.import_rejections ORDER BY row_number")
    assert [number for number, _ in reasons] == [2, 3, 4, 5, 6, 7, 8]
    assert reasons[0][1] == reasons[1][1] == "has no prompt text"
    assert "NUL" in reasons[2][1]
    assert "GOLD" in reasons[6][1]


def test_odd_values_reject_their_record_and_stop_nothing(library: Library, tmp_path: Path) -> None:
    deep = "[" * 60 + "]" * 60
    lines = [
        '{"prompt": "nan", "x": NaN, "big": ' + "9" * 5000 + "}",
        '{"prompt": "author", "author": "\\ud83djane@example.com"}',
        '{"prompt": "long author", "author": "' + "x" * 9000 + '"}',
        '{"prompt": "deep", "x": ' + deep + "}",
        '{"prompt": ["a list"], "x": Infinity}',
        '{"prompt": "cut off", "author": "jane@example.com"',
        '{"prompt": "mail in a detail", "author_email": "jane@example.com", "author": [{"name": "Acme, Inc."}, 7]}',
    ]
    file = tmp_path / "p.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert counts(load(library, file)) == (4, 0, 0, 0, 3)
    assert library.rows("SELECT contributors FROM library.prompt_sources ORDER BY id DESC LIMIT 1") == [
        (["Acme, Inc.", "7"],)
    ]
    for table in ("prompt_sources", "import_rejections"):
        assert library.value(f"SELECT count(*) FROM library.{table} AS t WHERE t::text LIKE '%jane@%'") == 0


def test_one_key_with_two_texts_is_rejected_not_guessed(library: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "p.json", [{"id": "k", "prompt": "one"}, {"id": "k", "prompt": "two"}])
    assert counts(load(library, file)) == (1, 0, 0, 0, 1)
    ((reason, record),) = library.rows("SELECT reason, record FROM library.import_rejections")
    assert "has the key 'k'" in reason
    assert record["prompt_text"] == "two"


def test_headers_in_other_languages_and_delimiters_are_understood(library: Library, tmp_path: Path) -> None:
    write_csv(
        tmp_path / "ko.csv",
        ["제목", "프롬프트", "태그", "유형"],
        ["고양이", "고양이를 그려 줘", "그림, #Cute Cat", "이미지"],
    )
    (tmp_path / "semicolon.csv").write_text("Name;Text;Category\nx;y, z;a|b\n", encoding="utf-8")
    load(library, tmp_path / "ko.csv", tmp_path / "semicolon.csv")
    found = library.rows("""
        SELECT p.title, p.prompt_text, p.agent_type, p.language, array_agg(t.name ORDER BY t.name)
        FROM library.prompts AS p JOIN library.prompt_tags ON prompt_id = p.id JOIN library.tags AS t ON t.id = tag_id
        GROUP BY p.id ORDER BY p.id
    """)
    assert found == [
        ("고양이", "고양이를 그려 줘", "IMAGE", "ko", ["cute-cat", "그림"]),
        ("x", "y, z", "LLM", None, ["a", "b"]),
    ]


def test_formats_are_told_by_content_and_gzip_is_opened(library: Library, tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text('{"prompt": "a"}\n{"prompt": "b"}\n')
    nested = write_json(tmp_path / "nested.data", {"version": 1, "prompts": [{"prompt": "c"}]})
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(b"title,prompt\nx,d\n"))
    result = import_prompts(library.ingest, [lines, nested, packed], OPTIONS)
    assert [(file.format, file.inserted) for file in result.files] == [("jsonl", 2), ("json", 1), ("csv", 1)]


def test_loads_at_the_same_time_wait_for_each_other(library: Library, tmp_path: Path) -> None:
    files = [write_json(tmp_path / f"{n}.json", [{"prompt": "shared"}, {"prompt": f"own {n}"}]) for n in range(4)]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda file: load(library, file), files))
    assert sorted(result.inserted for result in results) == [1, 1, 1, 2]


def test_a_large_import_follows_small_ones_in_a_session_without_reading_the_library_for_each_row(
    library: Library, tmp_path: Path
) -> None:
    def load_numbered(count: int, told: str) -> None:
        rows = ([f"{told} {n}", f"{told} {n}"] for n in range(count))
        load(library, write_csv(tmp_path / f"{told}.csv", ["act", "prompt"], *rows))

    load_numbered(3, "first")
    # As autovacuum does: a plan of the session for references is now one for a table of one page.
    library.do("ANALYZE library.prompts")
    load_numbered(10, "second")
    load_numbered(3000, "third")
    scans = library.counter("SELECT seq_scan FROM pg_stat_user_tables WHERE relid = 'library.prompts'::regclass")
    assert isinstance(scans, int)
    assert scans < 100


def test_shapes_of_json_are_understood(library: Library, tmp_path: Path) -> None:
    shapes = {
        "single": '{"title": "t", "prompt": "one", "tags": ["a"]}',
        "beside": '{"tags": ["a", "b"], "prompts": [{"prompt": "two"}], "count": 1}',
        "below": '{"data": {"prompts": [{"prompt": "three"}]}}',
        "following": '{"prompt": "four"}{"prompt": "five"}',
        "empty": '{"prompts": [], "more": [{"prompt": "six"}]}',
        "long": json.dumps([{"prompt": "x" * 300_000}, {"prompt": "seven"}]),
    }
    files = [tmp_path / name for name in shapes]
    for file in files:
        file.write_text(shapes[file.name], encoding="utf-8")
    result = import_prompts(library.ingest, files, OPTIONS)
    assert [file.inserted for file in result.files] == [1, 1, 1, 2, 1, 2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00binary\x00\x01", "is of no format"),
        (b'[{"prompt": "a"}, {"prompt": ', "is not readable JSON"),
        (b"title,prompt\n", "holds no records"),
        (b'title,prompt\na,"open\nb,c\n', "never closed"),
        (b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"title,prompt\n" + b"x" * 5_000_000, "over 4 million characters"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff", "damaged gzip"),
        (b"link,stars\nhttp://x,5\n", "could hold a prompt"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_nothing_but_the_reason(
    library: Library, tmp_path: Path, content: bytes, sentence: str
) -> None:
    good = write_json(tmp_path / "good.json", [{"prompt": "good"}])
    bad = tmp_path / "bad.bin"
    bad.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=sentence):
        import_prompts(library.ingest, [good, bad], OPTIONS)
    assert library.value("SELECT count(*) FROM library.prompts") == 0
    ((status, failure),) = library.rows("SELECT status, failure FROM library.import_batches")
    assert status == "FAILED"
    assert sentence in failure


def test_a_collections_name_must_be_sensible(library: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "p.json", [{"prompt": "x"}])
    with pytest.raises(PromptoryError, match="1 to 120 characters"):
        import_prompts(library.ingest, [file], ImportOptions(collection="x" * 121))


def test_a_preview_shows_the_mapping_and_touches_nothing(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "p.csv", ["act", "prompt", "for_devs"], ["A", "one", "TRUE"], ["B", "", "FALSE"])
    preview = preview_prompts([file], OPTIONS).files[0]
    assert preview.format == "csv"
    assert preview.columns == {"act": "title", "prompt": "prompt", "for_devs": None}
    assert [record.title for record in preview.records] == ["A"]
    assert [(one.row, one.reason) for one in preview.faults] == [(2, "has no prompt text")]
    assert preview.faults[0].record == {"act": "B", "prompt": "", "for_devs": "FALSE"}


def test_a_preview_bounds_what_it_reads_as_an_import_does(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"prompt": "fine"}\n{"prompt": "deep", "x": ' + "[" * 900 + "]" * 900 + "}\n")
    (fault,) = preview_prompts([tmp_path / "p.jsonl"], OPTIONS).files[0].faults
    assert (fault.row, fault.reason) == (2, "is nested more than 50 levels deep")


def test_the_real_prompts_chat_collection_imports_whole_and_only_once(library: Library, collections: Path) -> None:
    file = collections / "prompts_chat" / "prompts.csv"
    first, second = load(library, file), load(library, file)
    assert (first.found, counts(first)) == (1529, (1511, 0, 0, 18, 0))
    assert (second.found, counts(second)) == (1529, (0, 0, 1511, 18, 0))
    with file.open(encoding="utf-8", newline="") as text:
        originals = [record["prompt"] for record in csv.DictReader(text)]
    stored = library.rows("""
        SELECT p.prompt_text FROM library.prompt_sources AS k JOIN library.prompts AS p ON p.id = k.prompt_id
        ORDER BY k.row_number
    """)
    kept = [body.strip() for (body,) in stored]
    assert kept == [_as_stored(body) for body in originals]
    assert max(map(len, kept)) == 144_260
    assert library.value("SELECT count(*) FROM library.users WHERE name LIKE '%@%'") == 0


def _as_stored(body: str) -> str:
    return unicodedata.normalize("NFC", body.replace("\r\n", "\n").replace("\r", "\n")).strip()


def test_the_february_version_and_then_march_is_an_update_not_a_copy(library: Library, collections: Path) -> None:
    folder = collections / "prompts_chat"
    february = load(library, folder / "history" / "prompts_2026-02-22.csv")
    march = load(library, folder / "prompts.csv")
    assert asdict(february)["inserted"] == 1280
    assert counts(march) == (256, 2, 1253, 18, 0)
