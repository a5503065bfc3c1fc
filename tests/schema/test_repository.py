"""The repository's functions: one statement each, with results worked out by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from schema.errors import PromptoryError
from schema.models import Tier, UserRole
from schema.repository.people import ensure_account, fetch_account
from schema.repository.prompts import DuplicatePromptError, create_prompt, fetch_prompts, pro_prompts_with_tag
from schema.repository.recommendations import recommended_prompts
from schema.repository.search import search_prompts
from schema.repository.sessions import authenticate
from schema.repository.warehouse import WarehouseNotBuiltError
from schema.roles import Role
from tests.support.library import Library

NEIGHBOURS = """
    SET ROLE promptory_dbt;
    CREATE TABLE analytics.prompt_neighbours (prompt_id bigint, neighbour_id bigint, weight double precision);
    CREATE TABLE analytics.prompt_rankings (
        ranking_window text, prompt_id bigint, likes bigint, like_rank bigint, hot_rank bigint
    );
    GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO promptory_dashboard;
"""


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that run inside."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_fetch_pages_newest_first_and_locks_what_the_viewer_may_not_read(library: Library) -> None:
    ids = [library.add_prompt(title, access=access) for title, access in (("a", "FREE"), ("b", "PRO"), ("c", "FREE"))]
    with library.viewer(None) as session:
        page = fetch_prompts(session, skip=0, take=2)
        rest = fetch_prompts(session, skip=2, take=2)
    assert [card.id for card in page] == [ids[2], ids[1]]
    assert [card.prompt_text for card in page] == ["text of c", None]
    assert [card.title for card in rest] == ["a"]


@pytest.mark.parametrize(("skip", "take"), [(-1, 10), (0, 0), (0, 101)])
def test_a_page_out_of_bounds_is_refused(library: Library, skip: int, take: int) -> None:
    with library.viewer(None) as session, pytest.raises(ValueError, match="skip must be"):
        fetch_prompts(session, skip=skip, take=take)


def test_pro_prompts_with_a_tag_come_most_liked_first_with_the_creators_name(library: Library) -> None:
    mina = library.add_user("mina@example.com")
    fans = [library.add_user(f"fan{n}@example.com") for n in range(3)]
    quiet = library.add_prompt("quiet", access="PRO", creator=mina, tags=("cooking",))
    loved = library.add_prompt("loved", access="PRO", creator=mina, tags=("cooking", "soup"))
    free = library.add_prompt("free", tags=("cooking",))
    other = library.add_prompt("other", access="PRO", tags=("travel",))
    for fan in fans:
        library.like(fan, loved, free, other)
    library.like(fans[0], quiet)
    with library.viewer(None) as session:
        found = pro_prompts_with_tag(session, "cooking")
    assert [(card.title, card.likes, card.creator_name) for card in found] == [
        ("loved", 3, "mina"),
        ("quiet", 1, "mina"),
    ]
    assert found[0].tags == ("cooking", "soup")
    assert found[0].prompt_text is None


def test_a_prompt_is_created_for_its_person_once(library: Library) -> None:
    person = library.add_user("writer@example.com")
    with library.viewer(person) as session:
        created = create_prompt(session, person, title=" My prompt ", prompt_text="line\r\nline", access=Tier.PRO)
        session.commit()
        assert fetch_prompts(session)[0].prompt_text == "line\nline"
        with pytest.raises(DuplicatePromptError):
            create_prompt(session, person, title="again", prompt_text="  line\nline\n")
    assert library.rows("SELECT id, title, created_by, access FROM library.prompts") == [
        (created, "My prompt", person, "PRO")
    ]


def test_nobody_creates_a_prompt_for_somebody_else(library: Library) -> None:
    one, other = library.add_user("one@example.com"), library.add_user("other@example.com")
    with library.viewer(one) as session, pytest.raises(PromptoryError, match="only by the person"):
        create_prompt(session, other, title="x", prompt_text="y")


def test_recommendations_follow_neighbours_then_tags_then_popularity(library: Library) -> None:
    person = library.add_user("ann@example.com")
    liked = library.add_prompt("liked", tags=("soup",))
    near = library.add_prompt("near")
    nearer = library.add_prompt("nearer")
    library.add_prompt("tagged", tags=("soup",))
    popular = library.add_prompt("popular")
    locked = library.add_prompt("locked", access="PRO")
    own = library.add_prompt("own", creator=person)
    library.like(person, liked)
    library.do(NEIGHBOURS)
    library.do(
        """
        INSERT INTO analytics.prompt_neighbours VALUES
            (:liked, :near, 0.2), (:liked, :nearer, 0.4), (:liked, :locked, 0.9), (:liked, :own, 0.9)
        """,
        liked=liked, near=near, nearer=nearer, locked=locked, own=own,
    )  # fmt: skip
    library.do("INSERT INTO analytics.prompt_rankings VALUES ('30d', :popular, 1, 1, 1)", popular=popular)
    with library.viewer(person) as session:
        found = recommended_prompts(session, person)
    # nearer .4/.9, near .2/.9, tagged .2 * 1/1, popular 0
    assert [(one.card.title, one.because_of) for one in found] == [
        ("nearer", "liked"),
        ("near", "liked"),
        ("tagged", None),
        ("popular", None),
    ]


def test_recommendations_say_what_to_do_before_the_first_refresh(library: Library) -> None:
    with library.viewer(None) as session, pytest.raises(WarehouseNotBuiltError, match="promptory refresh"):
        recommended_prompts(session, 0)


def test_search_ranks_titles_over_texts_and_finds_korean(library: Library) -> None:
    in_text = library.add_prompt("about soup")
    library.do("UPDATE library.prompts SET prompt_text = 'cook 김치찌개' WHERE id = :id", id=in_text)
    in_title = library.add_prompt("김치찌개 끓이기")
    library.add_prompt("nothing")
    with library.viewer(None) as session:
        assert [card.id for card in search_prompts(session, "김치찌개").cards] == [in_title, in_text]
        assert search_prompts(session, "100%_").total == 0
        assert search_prompts(session, "").total == 3


@pytest.mark.parametrize("title", ["Straße", "ｶﾒﾗ", "ＡＢＣ", "C++ (100%)", "김치_찌개"])
def test_search_finds_a_title_by_itself(library: Library, title: str) -> None:
    library.add_prompt(title)
    library.add_prompt("another")
    with library.viewer(None) as session:
        assert [card.title for card in search_prompts(session, title).cards] == [title]


def test_search_does_not_betray_the_text_of_a_pro_prompt(library: Library) -> None:
    library.add_prompt("locked", access="PRO")
    pro = library.add_user("pro@example.com", tier="PRO")
    with library.viewer(None) as session:
        assert search_prompts(session, "text").total == 0
    with library.viewer(pro) as session:
        assert search_prompts(session, "text").total == 1


def test_each_function_is_one_statement(library: Library) -> None:
    person = library.add_user("ann@example.com")
    library.add_prompt("a", access="PRO", tags=("x",))
    library.do(NEIGHBOURS)
    calls: list[Callable[[Session], object]] = [
        lambda session: fetch_prompts(session, skip=0, take=5),
        lambda session: create_prompt(session, person, title="t", prompt_text="p"),
        lambda session: recommended_prompts(session, person),
        lambda session: pro_prompts_with_tag(session, "x"),
    ]
    for call in calls:
        with library.viewer(person) as session:
            session.execute(text("SELECT 1"))  # the transaction, and with it the viewer, has begun
            with counted(library.engine(Role.DASHBOARD)) as statements:
                call(session)
        assert len(statements) == 1, statements


def test_sign_in_takes_the_right_password_in_any_case_of_the_address(library: Library) -> None:
    account = {"name": "Ann", "password": "right", "role": UserRole.ADMIN, "tier": Tier.PRO}
    ensure_account(library.ingest, email="Ann@Example.com", **account)  # type: ignore[arg-type]
    ensure_account(library.ingest, email="ann@example.COM", **account)  # type: ignore[arg-type]
    with library.viewer(None) as session:
        person = authenticate(session, "ANN@example.com", "right")
        assert authenticate(session, "ann@example.com", "wrong") is None
        assert authenticate(session, "nobody@example.com", "right") is None
    with library.viewer(person) as session:
        account_found = fetch_account(session)
    assert account_found is not None
    assert account_found.is_curator
    assert library.value("SELECT count(*) FROM library.users") == 1
