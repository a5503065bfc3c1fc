"""Creators by week, over marts made by hand."""

from datetime import date

from sqlalchemy.orm import Session

from schema.repository.weeks import creator_sums_by_week, creator_week_bounds, creators_by_week, top_creators
from schema.roles import Role
from tests.support.library import Library

FIRST, SECOND, THIRD = date(2028, 2, 28), date(2028, 3, 6), date(2028, 3, 13)
MARTS = """
    SET ROLE promptory_dbt;
    CREATE TABLE analytics.creator_weekly (
        activity_week date, creator_id bigint, creator_name text, used_prompts bigint, views bigint, copies bigint,
        likes bigint
    );
    CREATE TABLE analytics.creator_rankings (
        ranking_window text, creator_id bigint, prompts bigint, like_rate double precision, top_prompt_title text
    );
    INSERT INTO analytics.creator_weekly VALUES
        ('2028-02-28', 1, 'mina', 1, 9, 0, 0), ('2028-03-06', 1, 'mina', 2, 3, 1, 0),
        ('2028-03-13', 1, 'mina', 1, 4, 0, 2),
        ('2028-03-13', 2, 'ben', 1, 7, 2, 3), ('2028-02-28', 3, 'cho', 1, 5, 0, 1);
    INSERT INTO analytics.creator_rankings VALUES ('all', 1, 4, 0.5, 'soup'), ('7d', 1, 4, 0.1, 'trip');
    GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO promptory_analyst;
"""


def test_creators_are_compared_with_the_weeks_before(library: Library) -> None:
    library.do(MARTS)
    with Session(library.engine(Role.ANALYST)) as session:
        assert creator_week_bounds(session) == (FIRST, THIRD)
        creators = top_creators(session, SECOND, THIRD, before=FIRST)
        weeks = creator_sums_by_week(session, SECOND, THIRD)
        mina = creators_by_week(session, FIRST, THIRD, [1])
    # Mina and Ben have seven views each, and Ben more likes; Cho was used before only.
    used = creators[["creator_name", "views", "copies", "likes", "views_before", "prompts", "top_prompt_title"]]
    assert used.astype(object).where(used.notna(), None).to_numpy().tolist() == [
        ["ben", 7, 2, 3, 0, None, None],
        ["mina", 7, 1, 2, 9, 4, "soup"],
        ["cho", 0, 0, 0, 5, None, None],
    ]
    assert weeks.astype({"views": int, "copies": int, "likes": int}).to_numpy().tolist() == [
        [SECOND, 1, 3, 1, 0],
        [THIRD, 2, 11, 2, 5],
    ]
    assert mina.views.tolist() == [9, 3, 4]


def test_no_activity_has_no_weeks(library: Library) -> None:
    library.do(MARTS)
    library.do("DELETE FROM analytics.creator_weekly")
    with Session(library.engine(Role.ANALYST)) as session:
        assert creator_week_bounds(session) is None
