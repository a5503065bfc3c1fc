"""An export in any format, imported into an empty library, gives the same prompts."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest import ImportOptions, Selection, export_prompts, import_prompts
from schema.errors import PromptoryError
from schema.models import AgentType, Tier
from schema.pictures import picture_store
from tests.support.files import write_json
from tests.support.library import Library
from tests.support.pictures import decoded, picture

RECORDS = [
    {
        "id": "g",
        "title": "=cmd()",
        "prompt": "+1 'quoted'\n\n  indented \\n literal",
        "tags": ["a", "b c"],
        "author": "Kim",
    },
    {
        "title": "그림",
        "prompt": "'=고양이를 그려줘 ${style:수채화}",
        "type": "image",
        "negative_prompt": "흐림",
        "access": "PRO",
    },
    {"title": "---", "prompt": "---\ntitle: not frontmatter\n---\nbody", "description": "- a: [b", "model": "gpt-4"},
    {
        "title": "en",
        "key": "k",
        "translation_key": "k",
        "prompt": "Please translate the following text.",
        "licence": "MIT",
    },
    {"title": "ko", "key": "k@ko", "translation_key": "k", "prompt": "다음 글을 번역해 주세요.", "language": "ko"},
]
# What a library is to its readers; ids and moments are each library's own.
CONTENT = """
SELECT
    p.title, p.description, p.prompt_text, p.agent_type, p.access, p.language, p.negative_prompt, p.variables,
    p.content_hash, u.name, k.contributors, k.licence, k.details ->> 'model',
    (SELECT o.title FROM library.prompts AS o WHERE o.id = p.translation_of),
    (SELECT array_agg(t.name ORDER BY t.name) FROM library.prompt_tags JOIN library.tags AS t ON t.id = tag_id
     WHERE prompt_id = p.id)
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by
LEFT JOIN library.prompt_sources AS k ON k.prompt_id = p.id AND k.is_primary
ORDER BY p.content_hash
"""
EMPTY = """
TRUNCATE library.prompts, library.collections, library.tags, library.import_batches, library.import_rejections CASCADE
"""


def taken(library: Library, *paths: Path) -> list[tuple[Any, ...]]:
    import_prompts(library.ingest, list(paths), ImportOptions(collection="c"))
    return library.rows(CONTENT)


EVERY_FORMAT = ("out.csv", "out.json", "out.jsonl", "out.parquet", "folder", "out.zip")


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_an_export_gives_the_same_library_back(library: Library, tmp_path: Path, name: str) -> None:
    before = taken(library, write_json(tmp_path / "in.json", RECORDS))
    assert export_prompts(library.ingest, tmp_path / name) == 5
    library.do(EMPTY)
    assert taken(library, tmp_path / name) == before


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_an_export_of_many_prompts_holds_them_all(library: Library, tmp_path: Path, name: str) -> None:
    taken(library, write_json(tmp_path / "in.json", [{"prompt": f"text {number}"} for number in range(1203)]))
    assert export_prompts(library.ingest, tmp_path / name) == 1203
    library.do(EMPTY)
    assert len(taken(library, tmp_path / name)) == 1203


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_the_real_collection_survives_an_export(library: Library, tmp_path: Path, collections: Path, name: str) -> None:
    before = taken(library, collections / "prompts_chat" / "prompts.csv")
    assert export_prompts(library.ingest, tmp_path / name) == 1511
    library.do(EMPTY)
    assert taken(library, tmp_path / name) == before


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_documents_take_pictures_along(configured: Library, tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "red.png").write_bytes(picture(size=(500, 300)))
    records = [{"title": title, "prompt": f"text {title}", "image": "red.png"} for title in ("a", "b")]
    write_json(tmp_path / "in" / "in.json", [*records, {"title": "c", "prompt": "text c"}])
    before = taken(configured, tmp_path / "in")
    assert export_prompts(configured.ingest, tmp_path / name) == 3
    configured.do(EMPTY)
    assert taken(configured, tmp_path / name) == before
    keys = [key for (key,) in configured.rows("SELECT image_key FROM library.prompts ORDER BY title")]
    if name not in ("folder", "out.zip"):
        assert keys == [None] * 3
        return
    assert keys[0] == keys[1]
    assert keys[2] is None
    shown = picture_store().read(keys[0])
    assert shown is not None
    assert decoded(shown).size == (500, 300)
    assert decoded(shown).getpixel((250, 150)) == pytest.approx((255, 0, 0), abs=6)


def test_a_picture_that_is_gone_is_left_out_of_an_export(configured: Library, tmp_path: Path) -> None:
    taken(configured, write_json(tmp_path / "in.json", [{"title": "a", "prompt": "text a"}]))
    configured.do("UPDATE library.prompts SET image_key = repeat('0', 64) || '.webp'")
    with capture_logs() as logs:
        assert export_prompts(configured.ingest, tmp_path / "folder") == 1
    assert [one["event"] for one in logs] == ["picture_missing"]
    assert "image" not in next((tmp_path / "folder").glob("*.md")).read_text(encoding="utf-8")


def test_a_spreadsheet_computes_nothing(library: Library, tmp_path: Path) -> None:
    taken(library, write_json(tmp_path / "in.json", RECORDS))
    export_prompts(library.ingest, tmp_path / "out.csv")
    content = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd()" in content
    assert "''=고양이를" in content


def test_a_selection_is_what_it_says(library: Library, tmp_path: Path) -> None:
    taken(library, write_json(tmp_path / "in.json", RECORDS))
    for selection, count in (
        (Selection(tag="a"), 1),
        (Selection(agent_type=AgentType.IMAGE, access=Tier.PRO), 1),
        (Selection(language="ko"), 2),
        (Selection(collection="c"), 5),
        (Selection(collection="other"), 0),
    ):
        assert export_prompts(library.ingest, tmp_path / "out.jsonl", selection) == count


def test_what_cannot_be_written_is_told(library: Library, tmp_path: Path) -> None:
    with pytest.raises(PromptoryError, match="no export as"):
        export_prompts(library.ingest, tmp_path / "out.docx")
    with pytest.raises(PromptoryError, match="cannot be written"):
        export_prompts(library.ingest, tmp_path / "missing" / "out.csv")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(PromptoryError, match="is not empty"):
        export_prompts(library.ingest, tmp_path / "full")
