"""Text in whatever encoding it was saved, and what cannot be text."""

import json
from pathlib import Path

import pytest

from ingest import UnreadableFileError
from tests.ingest.formats.reading import read

KOREAN = "제목,프롬프트\r\n요리사,당신은 요리사입니다. 재료를 말하면 만들 수 있는 음식을 가르쳐 주세요.\r\n"
JAPANESE = "タイトル,プロンプト\n料理人,あなたは料理人です。私が言う材料で作れる料理を教えてください。\n"
CHINESE = "标题,提示词\n厨师,请你扮演一名厨师，根据我给出的食材告诉我可以做什么菜，并说明每一步的做法。\n"
FRENCH = "titre,prompt\nCuisinière,Vous êtes une cuisinière très expérimentée: répondez à mes questions.\n"


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (KOREAN, "utf-8-sig", "csv"),
        (KOREAN, "cp949", "csv, CP949 (Korean Windows)"),
        (KOREAN, "utf-16", "csv, UTF-16"),
        (KOREAN, "utf-16-le", "csv, UTF-16"),
        (KOREAN, "utf-16-be", "csv, UTF-16"),
        (JAPANESE, "cp932", "csv, Shift-JIS"),
        (CHINESE, "gb18030", "csv, GB 18030"),
        (FRENCH, "cp1252", "csv, Latin-1"),
    ],
)
def test_csv_in_an_encoding_of_its_own(tmp_path: Path, text: str, encoding: str, told: str) -> None:
    file = tmp_path / "p.csv"
    file.write_bytes(text.encode(encoding))
    outcome = read(file)
    assert outcome.formats == [told]
    assert [p.prompt_text for p in outcome.prompts] == [text.splitlines()[1].split(",")[1]]


def test_json_and_yaml_in_other_encodings(tmp_path: Path) -> None:
    record = {"title": "요리사", "prompt": "당신은 요리사입니다. 음식을 추천해 주세요."}
    (tmp_path / "p.json").write_bytes(json.dumps([record], ensure_ascii=False).encode("utf-16"))
    (tmp_path / "q.yaml").write_bytes(f"- title: 요리사\n  prompt: {record['prompt']}\n".encode("cp949"))
    for name, told in (("p.json", "json, UTF-16"), ("q.yaml", "yaml, CP949 (Korean Windows)")):
        outcome = read(tmp_path / name)
        assert outcome.formats == [told]
        assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("요리사", record["prompt"])]


def test_what_is_no_text_throughout_is_refused_with_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_bytes(b"title,prompt\n" + "요리사,수프\n".encode() * 9000 + b"cook,caf\xe9 \xff\n")
    with pytest.raises(UnreadableFileError, match=r"is not UTF-8 throughout \(byte 0xe9\)"):
        read(file)


def test_a_nul_in_a_cell_rejects_its_record_only(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text('{"prompt": "a\\u0000b"}\n{"prompt": "fine"}\n', encoding="utf-8")
    outcome = read(file)
    assert [p.prompt_text for p in outcome.prompts] == ["fine"]
    assert "NUL" in outcome.faults[0][1]
