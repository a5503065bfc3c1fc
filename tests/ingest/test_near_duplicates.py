"""Texts that are nearly the same are found in every script, compared once, merged and separated."""

from pathlib import Path

import pytest

from ingest import ImportOptions, decide, find_near_duplicates, import_prompts, separate
from ingest.shingles import shingles, similarity
from schema.errors import PromptoryError
from schema.repository.duplicates import near_duplicates
from schema.roles import Role
from tests.support.files import write_json
from tests.support.library import Library

ENGLISH = (
    "I want you to act as a travel guide. I will write you my location and you will suggest a place to visit near it. "
    "In some cases I will also give you the type of places I want to see. You will also suggest similar places nearby."
)
KOREAN = (
    "여행 안내자 역할을 해 주세요. 제가 있는 곳을 알려 드리면 근처에서 가 볼 만한 곳을 추천해 주세요. "
    "보고 싶은 곳의 종류를 함께 말씀드릴 때도 있습니다. 비슷한 장소도 함께 제안해 주세요."
)
CHINESE = (
    "我想让你做一名旅游指南。我会把我的位置写给你，你会推荐一个靠近我的位置的地方。有时我还会告诉你我想去的地方类型。"
)


def load(library: Library, tmp_path: Path, *texts: str, collection: str = "c") -> None:
    file = write_json(tmp_path / "p.json", [{"title": text[:20], "prompt": text} for text in texts])
    import_prompts(library.ingest, [file], ImportOptions(collection=collection))


def pairs(library: Library) -> list[tuple[int, int]]:
    with library.viewer(None, Role.INGEST) as session:
        return [(pair.prompt_id, pair.other_id) for pair in near_duplicates(session)]


def test_similarity_is_jaccards_over_four_characters() -> None:
    # abcd bcde cdef | abcd bcde cdeg: two shared of four.
    assert similarity(shingles("abcdef"), shingles("ABCDEG")) == pytest.approx(0.5)
    assert similarity(shingles("a  b\nc"), shingles("a b c")) == 1.0
    assert similarity(shingles("가나다라"), shingles("가나다마")) == 0.0
    assert similarity(shingles("x"), shingles("x")) == 1.0


def test_near_duplicates_are_found_in_every_script(library: Library, tmp_path: Path) -> None:
    texts = [variant for text in (ENGLISH, KOREAN, CHINESE) for variant in (text, f"{text}!")]
    load(library, tmp_path, *texts, "Write a haiku about the sea and nothing else at all.")
    assert find_near_duplicates(library.ingest) == 3
    assert pairs(library) == [(1, 2), (3, 4), (5, 6)]


def test_only_new_texts_are_compared_and_a_change_is_compared_again(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, ENGLISH, KOREAN)
    assert find_near_duplicates(library.ingest) == 0
    signed = library.rows("SELECT xmin::text, prompt_id FROM library.prompt_signatures ORDER BY 2")
    load(library, tmp_path, f"{ENGLISH} Thanks.", collection="other")
    assert find_near_duplicates(library.ingest) == 1
    assert library.rows("SELECT xmin::text, prompt_id FROM library.prompt_signatures ORDER BY 2")[:2] == signed
    library.do("UPDATE library.prompts SET prompt_text = 'Something else', content_hash = sha256('x') WHERE id = 3")
    assert find_near_duplicates(library.ingest) == 0
    assert pairs(library) == []


def test_a_thousand_copies_make_no_million_pairs(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, *(f"{ENGLISH} {number}" for number in range(1000)))
    assert 999 <= find_near_duplicates(library.ingest) <= 2 * 999 * 3


def test_merging_hides_one_and_counts_its_likes_for_the_other(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, ENGLISH, f"{ENGLISH}!")
    find_near_duplicates(library.ingest)
    ann, bob = library.add_user("ann@example.com"), library.add_user("bob@example.com")
    library.like(ann, 1, 2)
    library.like(bob, 2)
    decide(library.ingest, 1, 2, merge=True)
    assert library.rows("SELECT id, likes FROM library.prompt_cards") == [(1, 2)]
    assert library.rows("SELECT id FROM library.prompts", Role.DASHBOARD) == [(1,)]
    assert pairs(library) == []
    with pytest.raises(PromptoryError, match="no prompt 2"):
        decide(library.ingest, 1, 2, merge=True)
    separate(library.ingest, 2)
    assert library.rows("SELECT id, likes FROM library.prompt_cards ORDER BY id") == [(1, 1), (2, 2)]
    assert pairs(library) == [(1, 2)]
    decide(library.ingest, 1, 2, merge=False)
    assert (pairs(library), find_near_duplicates(library.ingest)) == ([], 0)


def test_separating_takes_along_what_was_merged_before(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, ENGLISH, KOREAN, CHINESE)
    decide(library.ingest, 2, 1, merge=True)
    decide(library.ingest, 3, 2, merge=True)
    assert library.rows("SELECT id FROM library.prompt_cards") == [(3,)]
    separate(library.ingest, 2)
    merged = "SELECT id, merged_into FROM library.prompts ORDER BY id"
    assert library.rows(merged) == [(1, 2), (2, None), (3, None)]
    separate(library.ingest, 1)
    assert library.rows(merged) == [(1, None), (2, None), (3, None)]
    assert pairs(library) == []
    with pytest.raises(PromptoryError, match="given twice"):
        decide(library.ingest, 1, 1, merge=True)


def test_importing_a_merged_text_again_does_not_bring_it_back(library: Library, tmp_path: Path) -> None:
    load(library, tmp_path, ENGLISH, f"{ENGLISH}!")
    decide(library.ingest, 1, 2, merge=True)
    load(library, tmp_path, ENGLISH, f"{ENGLISH}!", collection="again")
    assert library.rows("SELECT id FROM library.prompt_cards") == [(1,)]
