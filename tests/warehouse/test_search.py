"""Search over the index that dbt builds: the same index however it came about, and what queries find in it."""

from collections.abc import Iterator
from math import log
from pathlib import Path

import pytest
import yaml
from sqlalchemy import URL, Engine

from orchestration.lib.dbt_project import PROJECT_DIR
from schema.repository.search import SearchPage, Sort, find, patience, search_prompts, terms
from schema.repository.search.terms import Term, with_blocks
from tests.conftest import scratch_library
from tests.support.library import Library
from tests.support.warehouse import run_dbt

INDEX = ("--select", "+search_state")

POSTINGS = """
WITH state AS (SELECT max(generation) AS generation, max(as_of) AS as_of FROM analytics.search_state), stale AS (
    SELECT DISTINCT unnest(stale_prompt_ids) AS prompt_id FROM analytics.search_state
)
SELECT b.audience, b.term, p.prompt_id, p.occurrences, p.length
FROM analytics.search_postings AS b INNER JOIN state USING (generation)
CROSS JOIN LATERAL unnest(b.prompt_ids, b.occurrences, b.lengths) AS p (prompt_id, occurrences, length)
WHERE p.prompt_id NOT IN (SELECT prompt_id FROM stale)
UNION ALL
SELECT r.audience, r.term, r.prompt_id, r.occurrences, r.length
FROM analytics.search_recent_postings AS r CROSS JOIN state AS s
WHERE r.indexed_at > s.generation AND r.indexed_at <= s.as_of AND (r.replaced_at IS NULL OR r.replaced_at > s.as_of)
ORDER BY 1, 2, 3
"""
SIZES = "SELECT audience, documents, total_length FROM analytics.search_state ORDER BY 1"

CHANGES = (
    "UPDATE library.prompts SET prompt_text = 'a wholly other text', content_hash = sha256('1') WHERE title = 'edited'",
    "UPDATE library.prompts SET access = 'PRO' WHERE title = 'opened'",
    "UPDATE library.prompts SET access = 'FREE' WHERE title = 'locked'",
    "UPDATE library.prompts SET archived_at = now() WHERE title = 'archived'",
    "DELETE FROM library.prompts WHERE title = 'deleted'",
    "UPDATE library.tags SET name = 'renamed' WHERE name = 'tag'",
)


def index(library: Library) -> tuple[object, object]:
    return library.rows(POSTINGS), library.rows(SIZES)


def test_an_index_that_followed_the_library_is_the_rebuilt_one_term_by_term(library: Library, tmp_path: Path) -> None:
    for title in ("edited", "opened", "archived", "deleted", "unchanged"):
        library.add_prompt(title)
    library.add_prompt("locked", access="PRO")
    library.add_prompt("tagged", tags=("tag",))
    run_dbt(library, tmp_path, "run", *INDEX)
    at_first = index(library)
    for number, change in enumerate(CHANGES):
        library.do(change)
        library.add_prompt(f"new {number}", access="PRO" if number % 2 else "FREE")
        repack = "0" if number == 3 else "1000"
        run_dbt(library, tmp_path, "run", *INDEX, "--vars", f"{{search_repack_documents: {repack}}}")
    followed = index(library)
    run_dbt(library, tmp_path, "run", *INDEX, "--full-refresh")
    assert followed == index(library)
    assert followed != at_first
    assert library.value("SELECT count(*) FROM analytics.search_recent_postings") == 0


def test_a_search_meets_the_old_index_until_the_new_one_is_whole(library: Library, tmp_path: Path) -> None:
    prompt = library.add_prompt("walnut")
    other = library.add_prompt("hazel")
    run_dbt(library, tmp_path, "run", *INDEX)
    almond = "UPDATE library.prompts SET title = 'almond', prompt_text = 'almond', content_hash = sha256('almond')"
    library.do(f"{almond} WHERE id = :id", id=prompt)
    library.do("DELETE FROM library.prompts WHERE id = :id", id=other)

    def found(word: str) -> list[int]:
        with library.viewer(None) as session:
            return [card.id for card in search_prompts(session, word).cards]

    before = {word: found(word) for word in ("walnut", "almond", "hazel")}
    run_dbt(library, tmp_path, "run", *INDEX, "--exclude", "search_state", "--vars", "{search_repack_documents: 0}")
    halfway = {word: found(word) for word in ("walnut", "almond", "hazel")}
    run_dbt(library, tmp_path, "run", *INDEX)
    assert before == halfway == {"walnut": [prompt], "almond": [], "hazel": []}
    assert {word: found(word) for word in ("walnut", "almond")} == {"walnut": [], "almond": [prompt]}
    newer = library.add_prompt("pecan", tags=("nut",))
    assert found("pecan") == found("pecan tag:nut") == [newer]


PROMPTS = (
    ("Linux terminal", "Act as a linux terminal and answer with the output of my commands.", "FREE", ("shell",)),
    ("Translator", "Übersetzen and translate every naïve café menu.", "FREE", ()),
    ("C++ review", "Look at C++ and C# code, and at .NET services.", "FREE", ("code",)),
    ("C course", "Teach the language C from the beginning.", "FREE", ("code",)),
    ("회의록 정리", "회의 내용을 요약하고 할 일을 정리해 주세요.", "FREE", ()),
    ("会议纪要", "请总结会议内容并列出待办事项。", "FREE", ()),
    ("議事録", "会議の内容をまとめてください。", "FREE", ()),
    ("สรุปการประชุม", "ช่วยสรุปเนื้อหาการประชุม", "FREE", ()),
    ("Party 🎉", "Plan a party for thirty people.", "FREE", ()),
    ("Secret sauce", "Whisper the word xylophone.", "PRO", ()),
)


@pytest.fixture(scope="module")
def indexed(
    server: URL, maintenance: Engine, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """A library of ten prompts with its index; read it, don't change it."""
    with scratch_library(maintenance, server, template) as library:
        for title, text, access, tags in PROMPTS:
            prompt = library.add_prompt(title, access=access, tags=tags)
            library.do("UPDATE library.prompts SET prompt_text = :text WHERE id = :id", text=text, id=prompt)
        library.add_user("free@example.com")
        library.add_user("pro@example.com", tier="PRO")
        run_dbt(library, tmp_path_factory.mktemp("dbt"), "run", *INDEX, "+prompt_rankings")
        yield library


def search(library: Library, query: str, viewer: str | None = None, **options: object) -> SearchPage:
    viewer_id = library.value("SELECT id FROM library.users WHERE email = :email", email=viewer) if viewer else None
    with library.viewer(viewer_id) as session:
        return search_prompts(session, query, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("linux commands", "Linux terminal"),
        ("commanding terminals", "Linux terminal"),
        ("ＬＩＮＵＸ", "Linux terminal"),
        ("linxu terminal", "Linux terminal"),
        ("transl", "Translator"),
        ("naive cafe", "Translator"),
        ("ubersetzen", "Translator"),
        ("c++", "C++ review"),
        (".net", "C++ review"),
        ("c", "C course"),
        ("회의록", "회의록 정리"),
        ("할일 정리", "회의록 정리"),
        ("요", "회의록 정리"),
        ("会议内容", "会议纪要"),
        ("会議の内容", "議事録"),
        ("การประชุม", "สรุปการประชุม"),
        ("🎉", "Party 🎉"),
        ("회의 terminal 요약", "회의록 정리"),
        ('"output of my commands"', "Linux terminal"),
        ("tag:code beginning", "C course"),
        ("linux " * 5_000, "Linux terminal"),
    ],
)
def test_what_is_looked_for_is_found_first(indexed: Library, query: str, first: str) -> None:
    assert search(indexed, query).cards[0].title == first


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("code -c++", ["C course"]),
        ("tag:code", ["C++ review", "C course"]),
        ("tag:code -tag:shell", ["C++ review", "C course"]),
        ('"my output"', []),
        ("the of tag:shell", ["Linux terminal"]),
        ("qwrtzp", []),
        ("!!! ...", []),
        ("\x00", None),
        ("", None),
        ("the of and", None),
    ],
)
def test_queries_that_ask_for_little_get_a_sensible_answer(
    indexed: Library, query: str, titles: list[str] | None
) -> None:
    page = search(indexed, query)
    if titles is None:
        assert page.total == len(PROMPTS)
    else:
        assert {card.title for card in page.cards} == set(titles)


def test_a_pro_text_is_found_by_those_who_may_read_it_and_betrayed_to_nobody_else(indexed: Library) -> None:
    for viewer in (None, "free@example.com"):
        assert search(indexed, "xylophone", viewer).total == 0
        assert search(indexed, "xylophnoe", viewer).corrected is None
        by_title = search(indexed, "secret", viewer).found[0]
        assert (by_title.card.title, by_title.card.prompt_text, by_title.snippet.text) == ("Secret sauce", None, "")
    assert search(indexed, "xylophnoe", "pro@example.com").cards[0].title == "Secret sauce"
    rows = "SELECT count(*) FROM analytics.search_documents WHERE 'xylophon' = ANY(terms)"
    with indexed.viewer(None) as session:
        assert session.connection().exec_driver_sql(rows).scalar() == 0


def test_scores_are_bm25_worked_out_by_hand(indexed: Library) -> None:
    """'terminal' stands in one of ten documents, twice for its title and once in its text.

    Without stop words the document is 11 long: two words of the title twice, six of the text, a tag.
    """
    state = indexed.rows("""
        SELECT sum(documents), sum(total_length) FROM analytics.search_state WHERE audience IN ('free', 'card')
    """)
    documents, length = map(float, state[0])
    own = indexed.value("SELECT length FROM analytics.search_documents WHERE 'linux' = ANY(terms)")
    assert (documents, own) == (10, 11)
    expected = log(1 + (10 - 1 + 0.5) / (1 + 0.5)) * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 11 / (length / documents)))
    assert search(indexed, "terminal").found[0].score == pytest.approx(expected)


def test_rare_terms_are_read_whole_and_common_ones_share_what_is_left() -> None:
    """Of 8,000 postings 300 go to the rare term, of the 7,700 left half to the next one, in whole blocks."""
    asked = [Term("common", 90_000, 0, 0.1), Term("rare", 300, 0, 5.0), Term("usual", 20_000, 0, 1.0)]
    read = {term.term: (term.blocks, term.is_cut) for term in with_blocks(asked, 8_000)}
    assert read == {"rare": (1, False), "usual": (3, True), "common": (4, True)}
    assert [term.blocks for term in with_blocks(asked, 300)] == [1, 0, 0]


def test_a_search_scores_with_what_the_index_was_built_with() -> None:
    variables = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    names = ("k1", "b", "title_weight", "postings_per_block")
    assert tuple(variables[f"search_{name}"] for name in names) == (
        terms.K1,
        terms.B,
        terms.TITLE_WEIGHT,
        terms.POSTINGS_PER_BLOCK,
    )


def test_scores_are_the_same_however_little_is_read(indexed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one posting to read, the rarest term finds the candidates; the others are read from their documents."""
    query = "linux code language review"
    whole = {one.card.title: one.score for one in search(indexed, query).found}
    monkeypatch.setattr(find, "POSTINGS_READ", (1, 1))
    cut = search(indexed, query)
    assert len(whole) == 3
    assert not cut.is_total
    assert {one.card.title: one.score for one in cut.found} == {
        one.card.title: pytest.approx(whole[one.card.title]) for one in cut.found
    }


def test_a_filter_finds_the_same_prompts_as_a_set_and_as_a_condition(
    indexed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[list[tuple[str, object]]]:
        pages = [search(indexed, query, tags=("code",), sort=sort) for query in ("language code", "") for sort in Sort]
        return [[(one.card.title, pytest.approx(one.score)) for one in page.found] for page in pages]

    one_by_one = found()
    assert all(len(page) == 2 for page in one_by_one)
    monkeypatch.setattr(find, "SCORED_ONE_BY_ONE", 0)
    assert found() == one_by_one
    monkeypatch.setattr(find, "CHOSEN", 0)
    assert found() == one_by_one


def test_facets_count_what_is_found_and_without_a_query_the_whole_library(indexed: Library) -> None:
    library = search(indexed, "", with_facets=True).facets or {}
    assert [(one.value, one.prompts) for one in library["access"]] == [("FREE", 9), ("PRO", 1)]
    assert [(one.value, one.prompts) for one in library["tag"]] == [("code", 2), ("shell", 1)]
    found = search(indexed, "language", take=1, with_facets=True).facets or {}
    assert [(one.value, one.prompts) for one in found["tag"]] == [("code", 1)]
    for viewer in (None, "pro@example.com"):
        assert sum(one.prompts for one in (search(indexed, "", viewer, with_facets=True).facets or {})["access"]) == 10


def test_a_search_that_takes_too_long_says_so(indexed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MAX_MILLISECONDS", 1)
    with pytest.raises(patience.SearchTooSlowError, match="rarer words"):
        search(indexed, "linux terminal commands")
    monkeypatch.undo()
    assert search(indexed, "linux").total == 1


def test_filters_orders_pages_and_marks(indexed: Library) -> None:
    assert search(indexed, "", tags=("shell",)).total == 1
    assert search(indexed, "language code", tags=("code",)).total == 2
    assert search(indexed, "", access="PRO").cards[0].title == "Secret sauce"
    assert search(indexed, "", sort=Sort.NEW, take=1).cards[0].title == "Secret sauce"
    assert search(indexed, "", sort=Sort.LIKES).total == len(PROMPTS)
    pages = [card.id for skip in range(0, 12, 3) for card in search(indexed, "", skip=skip, take=3).cards]
    assert len(set(pages)) == len(PROMPTS)
    snippet = search(indexed, "commands").found[0].snippet
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["commands"]
    korean = search(indexed, "회의").found[0].snippet
    assert [korean.text[start:end] for start, end in korean.marks] == ["회의"]
