"""A curator at the terminal: import with options, see, take back, merge, export. Real processes."""

import json
from pathlib import Path

from tests.orchestration.test_cli import promptory, told
from tests.support.files import write_csv, write_json
from tests.support.library import Library
from tests.support.pictures import picture

ALIKE = "I want you to act as a travel guide. I will write you my location and you will suggest places nearby."


def test_options_say_what_the_file_does_not(configured: Library, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "odd.csv", ["Headline", "Body", "text"], ["A", "the prompt", "not the prompt"])
    promptory(
        *("import", str(file), "--map", "title=Headline", "--map", "prompt=Body", "--collection", "Mine"),
        *("--licence", "MIT", "--access", "PRO", "--tag", "New Ones", "--tag", "x"),
    )
    assert configured.rows("""
        SELECT p.title, p.prompt_text, p.access, c.name, c.licence, k.licence, k.tags
        FROM library.prompts AS p JOIN library.prompt_sources AS k ON k.prompt_id = p.id
        JOIN library.collections AS c ON c.id = k.collection_id
    """) == [("A", "the prompt", "PRO", "Mine", "MIT", "MIT", ["new-ones", "x"])]
    assert "is not understood; write key|title|prompt" in told(promptory("import", str(file), "--map", "heading=x"))


def test_a_dry_run_shows_and_touches_nothing(configured: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "p.json", [{"prompt": "a"}, {"prompt": ""}])
    shown = promptory("import", str(file), "--dry-run")
    assert "What would happen (nothing was touched)" in shown.stdout
    assert json.loads(promptory("import", str(file), "--dry-run", "--json").stdout)["batch_id"] is None
    for table in ("prompts", "collections", "import_batches", "import_rejections"):
        assert configured.value(f"SELECT count(*) FROM library.{table}") == 0


def test_imports_are_listed_shown_and_undone(configured: Library, tmp_path: Path) -> None:
    rows = [[f"t{number}", f"text {number}"] for number in range(10)]
    promptory("import", str(write_csv(tmp_path / "p.csv", ["title", "prompt"], *rows)))
    newer = write_csv(tmp_path / "p.csv", ["title", "prompt"], *rows[1:], ["new", "new text"])
    second = promptory("import", str(newer), "--prune")
    number = json.loads(promptory("imports", "list", "--json").stdout)["imports"][0]["batch"]
    assert f"promptory imports show {number}" in second.stderr
    shown = json.loads(promptory("imports", "show", str(number), "--json").stdout)
    assert (shown["inserted"], shown["unchanged"]) == (1, 9)
    assert [(one["title"], one["archived"]) for one in shown["vanished"]] == [("t0", True)]
    assert "1 prompt removed, 1 as before" in promptory("imports", "undo", str(number)).stdout
    assert configured.rows("SELECT count(*), count(archived_at) FROM library.prompts") == [(10, 0)]
    assert "was undone already" in told(promptory("imports", "undo", str(number)))
    assert "There is no import 99" in told(promptory("imports", "show", "99"))


def test_pictures_that_prompts_are_without_are_told(configured: Library, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "cut.png").write_bytes(picture()[:-40])
    write_json(tmp_path / "c" / "p.json", [{"prompt": "a", "image": "cut.png"}, {"prompt": "b", "image": "gone.png"}])
    said = " ".join(promptory("import", str(tmp_path / "c")).stderr.split())
    assert "Pictures: 2 notes" in said
    assert "cut.png: This picture is damaged" in said
    assert "the first is 'gone.png'" in " ".join(promptory("imports", "show", "1").stderr.split())
    shown = json.loads(promptory("imports", "show", "1", "--json").stdout)
    assert [Path(one["label"]).name for one in shown["picture_faults"]] == ["cut.png", "p.json"]


def test_near_duplicates_are_told_merged_kept_and_separated(configured: Library, tmp_path: Path) -> None:
    file = write_json(tmp_path / "p.json", [{"title": "A", "prompt": ALIKE}, {"title": "B", "prompt": f"{ALIKE}!"}])
    imported = promptory("import", str(file))
    assert "Nearly the same: 1 pair of prompts" in imported.stderr
    (pair,) = json.loads(promptory("duplicates", "--json").stdout)["pairs"]
    one, other = str(pair["prompt_id"]), str(pair["other_id"])
    assert pair["similarity"] > 0.9
    promptory("duplicates", "merge", one, other)
    assert "No two prompts are nearly the same" in promptory("duplicates").stdout
    assert configured.rows("SELECT title FROM library.prompt_cards") == [("A",)]
    promptory("duplicates", "separate", other)
    promptory("duplicates", "keep", one, other)
    assert "No two prompts" in promptory("duplicates").stdout
    assert configured.value("SELECT count(*) FROM library.prompt_cards") == 2


def test_an_export_is_written_where_it_was_asked_for(configured: Library, tmp_path: Path) -> None:
    promptory("import", str(write_json(tmp_path / "p.json", [{"prompt": "a", "tags": ["x"]}, {"prompt": "b"}])))
    assert "1 prompt written" in promptory("export", str(tmp_path / "out.jsonl"), "--tag", "x").stdout
    assert json.loads((tmp_path / "out.jsonl").read_text())["prompt"] == "a"
    assert "There is no export as" in told(promptory("export", str(tmp_path / "out.pdf")))
