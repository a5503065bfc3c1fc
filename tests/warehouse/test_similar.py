"""Prompts that go with a prompt: by the people who like them, then by the terms of the search index."""

from pathlib import Path

import pytest

from schema.repository.similar import is_shown, similar_prompts
from tests.support.library import Library
from tests.support.warehouse import run_dbt

NEIGHBOURS = """
    SET ROLE promptory_dbt;
    CREATE TABLE analytics.prompt_neighbours AS
    SELECT p.id AS prompt_id, o.id AS neighbour_id, cast(0.1 AS double precision) AS weight
    FROM library.prompts AS p, library.prompts AS o WHERE p.title = 'Kimchi soup' AND o.title = 'Wine list';
    GRANT SELECT ON analytics.prompt_neighbours TO promptory_dashboard;
    RESET ROLE;
"""
REWRITE = """
    UPDATE library.prompts SET prompt_text = :body, content_hash = sha256(convert_to(:body, 'UTF8'))
    WHERE title = :title
"""


def index(library: Library, folder: Path) -> None:
    """Few changes are kept beside the packed postings."""
    run_dbt(library, folder, "run", "--select", "+search_state", "--vars", "{search_repack_documents: 1000}")


@pytest.fixture
def kitchen(library: Library, tmp_path: Path) -> Library:
    """A kitchen's prompts, indexed; one of them is alike by its locked text only."""
    for title in ("Kimchi soup", "Stew", "Wine list", "Trip"):
        library.add_prompt(title)
    library.add_prompt("Secret", access="PRO")
    for title, body in (("Stew", "a stew with kimchi and tofu"), ("Secret", "kimchi, tofu, broth"), ("Trip", "a walk")):
        library.do(REWRITE, title=title, body=body)
    library.do(REWRITE, title="Kimchi soup", body="boil kimchi with tofu in a broth")
    library.do(NEIGHBOURS)
    index(library, tmp_path)
    return library


def similar(library: Library, viewer: int | None = None) -> list[str]:
    prompt = library.value("SELECT id FROM library.prompts WHERE title = 'Kimchi soup'")
    with library.viewer(viewer) as session:
        return [card.title for card in similar_prompts(session, prompt)]


def test_those_of_the_same_people_come_first_and_a_locked_text_brings_nothing(kitchen: Library) -> None:
    assert similar(kitchen) == ["Wine list", "Stew"]
    assert similar(kitchen, kitchen.add_user("pro@example.com", tier="PRO")) == ["Wine list", "Secret", "Stew"]


def test_what_changed_since_the_postings_were_packed_is_alike_as_it_is_now(kitchen: Library, tmp_path: Path) -> None:
    kitchen.do(REWRITE, title="Stew", body="a stew of beans")
    kitchen.do(REWRITE, title="Trip", body="a walk for tofu")
    kitchen.add_prompt("Kimchi, again")
    assert similar(kitchen) == ["Wine list", "Stew"]
    index(kitchen, tmp_path)
    assert similar(kitchen) == ["Wine list", "Kimchi, again", "Trip"]
    kitchen.do("UPDATE library.prompts SET archived_at = now() WHERE title IN ('Wine list', 'Trip')")
    assert similar(kitchen) == ["Kimchi, again"]


def test_only_what_lists_show_can_be_asked_for(library: Library) -> None:
    shown, archived = library.add_prompt("shown"), library.add_prompt("archived")
    library.do("UPDATE library.prompts SET archived_at = now() WHERE id = :id", id=archived)
    with library.viewer(None) as session:
        assert (is_shown(session, shown), is_shown(session, archived)) == (True, False)
