"""Questions to marts, put together from the catalogue, and the views that analysts save."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from schema.database import viewer_session
from schema.repository.catalogue import Kind, Mart, readable_marts
from schema.repository.questions import Question, QuestionError, as_sql, ask, read_question
from schema.repository.views import delete_view, find_view, save_view, saved_views, share_view
from schema.roles import Role
from schema.sandbox import RunningStatement
from tests.support.library import Library

HOSTILE = """'; DROP TABLE analytics.fruit; -- " \\ %(x)s :y {z}"""


@pytest.fixture
def mart(configured: Library) -> Library:
    """A mart that analysts read, and a table of dbt's that they don't."""
    configured.do("""
        SET LOCAL ROLE promptory_dbt;
        CREATE TABLE analytics.fruit (
            name text, price numeric(8, 2), picked date, eaten_at timestamptz, is_ripe boolean, tags text[]
        );
        GRANT SELECT ON analytics.fruit TO promptory_analyst;
        INSERT INTO analytics.fruit VALUES
            ('apple', 1.5, '2026-05-30', '2026-05-31 23:30+00', true, '{red}'),
            ('apple', 2.5, '2026-06-01', '2026-06-01 00:30+00', false, null),
            ('pear', 4, '2026-06-02', null, true, null),
            (null, null, null, null, null, null);
        CREATE TABLE analytics.int_people AS SELECT 'ann@example.com' AS email;
    """)
    return configured


def answer(library: Library, **said: Any) -> pd.DataFrame:
    with viewer_session(library.engine(Role.ANALYST), None) as session:
        return ask(session, read_question({"mart": "fruit", **said}), fruit(session))


def fruit(session: Session) -> Mart:
    return readable_marts(session)["fruit"]


def test_the_catalogue_holds_what_analysts_may_read_with_kinds(mart: Library) -> None:
    with viewer_session(mart.engine(Role.ANALYST), None) as session:
        found = readable_marts(session)
    assert list(found) == ["fruit"]
    kinds = {column.name: column.kind for column in found["fruit"].columns}
    assert kinds == {
        "name": Kind.TEXT,
        "price": Kind.NUMBER,
        "picked": Kind.DAY,
        "eaten_at": Kind.MOMENT,
        "is_ripe": Kind.FLAG,
        "tags": Kind.TEXT,
    }


def test_measures_by_dimension_the_most_first(mart: Library) -> None:
    measures = [{"aggregate": name, "column": "price"} for name in ("sum", "average", "median", "least", "most")]
    measures += [{"aggregate": "different", "column": "name"}, {"aggregate": "rows"}]
    found = answer(mart, dimensions=[{"column": "is_ripe"}], measures=measures)
    assert found.values.tolist()[:2] == [[True, 5.5, 2.75, 2.75, 1.5, 4, 2, 2], [False, 2.5, 2.5, 2.5, 2.5, 2.5, 1, 1]]
    assert list(found.columns[:3]) == ["is_ripe", "sum_price", "average_price"]


def test_time_is_told_by_its_grain_in_utc_the_newest_first(mart: Library) -> None:
    by_month = {"dimensions": [{"column": "eaten_at", "grain": "month"}], "measures": [{"aggregate": "rows"}]}
    found = answer(mart, **by_month, filters=[{"column": "eaten_at", "operator": "is_not_empty"}])
    assert found.to_dict("list") == {"eaten_at_month": [date(2026, 6, 1), date(2026, 5, 1)], "rows": [1, 1]}


@pytest.mark.parametrize(
    ("column", "operator", "value", "names"),
    [
        ("name", "is", "pear", ["pear"]),
        ("name", "is_not", "apple", ["pear", None]),
        ("name", "holds", "EA", ["pear"]),
        ("name", "holds", "%", []),
        ("name", "is", HOSTILE, []),
        ("name", "holds", HOSTILE, []),
        ("name", "is_empty", "", [None]),
        ("tags", "is", "{red}", ["apple"]),
        ("price", "at_least", "2.5", ["apple", "pear"]),
        ("price", "at_least", "1e299", []),
        ("picked", "at_most", "2026-06-01", ["apple", "apple"]),
        ("eaten_at", "at_most", "2026-06-01", ["apple"]),
        ("is_ripe", "is", "false", ["apple"]),
    ],
)
def test_filters_compare_by_the_type_of_their_column(
    mart: Library, column: str, operator: str, value: str, names: list[str | None]
) -> None:
    wanted = {"column": column, "operator": operator, "value": value}
    found = answer(mart, dimensions=[{"column": "name"}, {"column": "price"}], filters=[wanted])
    assert sorted(found.name.fillna("none")) == sorted(name or "none" for name in names)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Choose at least one"),
        ({"dimensions": [{"column": "price; DROP TABLE analytics.fruit"}]}, "has no column"),
        ({"dimensions": [{"column": "email"}]}, "has no column"),
        ({"dimensions": [{"column": "name", "grain": "day"}]}, "holds no time"),
        ({"dimensions": [{"column": "name"}, {"column": "name"}]}, "twice"),
        ({"measures": [{"aggregate": "sum", "column": "name"}]}, "holds no numbers"),
        ({"measures": [{"aggregate": "sum"}]}, "needs a column"),
        ({"dimensions": [{"column": "name"}], "filters": [{"column": "price", "operator": "holds"}]}, "cannot be"),
        (
            {
                "dimensions": [{"column": "name"}],
                "filters": [{"column": "price", "operator": "is", "value": "many"}],
            },
            "'many' is no value for 'price', which is of type numeric",
        ),
        ({"dimensions": [{"column": "name"}], "take": 10**9}, "cannot be read"),
        ({"dimensions": [{"column": "picked", "grain": "day'); DROP"}]}, "cannot be read"),
        ({"dimensions": "everything"}, "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_told(mart: Library, said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(QuestionError, match=sentence):
        answer(mart, **said)


def test_its_text_is_a_statement_that_the_sql_box_runs(mart: Library) -> None:
    question = Question.model_validate(
        {
            "mart": "fruit",
            "dimensions": [{"column": "picked", "grain": "week"}],
            "measures": [{"aggregate": "median", "column": "price"}],
            "filters": [
                {"column": "name", "operator": "is_not", "value": HOSTILE},
                {"column": "picked", "operator": "at_least", "value": "2026-05-31"},
                {"column": "price", "operator": "at_most", "value": "10"},
            ],
        }
    )
    with viewer_session(mart.engine(Role.ANALYST), None) as session:
        statement = as_sql(question, fruit(session))
    login = mart.url.set(username="promptory_analyst")
    assert RunningStatement(login, statement).answer().rows == [(date(2026, 6, 1), 3.25)]


@pytest.fixture
def people(library: Library) -> dict[str, int | None]:
    """Two analysts, a reader and a visitor."""
    found = {name: library.add_user(f"{name}@example.com") for name in ("ann", "bob", "reader")}
    for name in ("ann", "bob"):
        library.do("INSERT INTO library.user_duties (user_id, duty) VALUES (:who, 'ANALYST')", who=found[name])
    return {**found, "visitor": None}


def save(library: Library, who: int | None, owner: int | None, name: str, *, is_shared: bool = False) -> int:
    with library.viewer(who) as session:
        saved = save_view(session, owner or 0, name, {"mart": name}, is_shared=is_shared)
        session.commit()
        return saved


def test_analysts_see_their_own_views_and_shared_ones_and_nobody_else_any(
    library: Library, people: dict[str, int | None]
) -> None:
    private = save(library, people["ann"], people["ann"], "private")
    shared = save(library, people["ann"], people["ann"], "Shared", is_shared=True)
    for who, seen in (("ann", [private, shared]), ("bob", [shared]), ("reader", []), ("visitor", [])):
        with library.viewer(people[who]) as session:
            assert [view.id for view in saved_views(session)] == seen, who
            assert (find_view(session, private) is not None) is (who == "ann")


def test_only_its_owner_changes_a_view(library: Library, people: dict[str, int | None]) -> None:
    shared = save(library, people["ann"], people["ann"], "view", is_shared=True)
    assert save(library, people["ann"], people["ann"], "view", is_shared=True) == shared, "the same name is replaced"
    with library.viewer(people["bob"]) as session:
        assert not share_view(session, shared, is_shared=False)
        assert not delete_view(session, shared)
    for who, owner in (("bob", "ann"), ("reader", "reader"), ("visitor", "ann")):
        with pytest.raises(ProgrammingError, match="row-level security"):
            save(library, people[who], people[owner], "other")
    with pytest.raises(IntegrityError):
        save(library, people["ann"], people["ann"], "x" * 81)
    with library.viewer(people["ann"]) as session:
        assert share_view(session, shared, is_shared=False)
        assert delete_view(session, shared)
        assert saved_views(session) == []
