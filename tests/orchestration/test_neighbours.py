"""Neighbours over people whose weights were worked out by hand, computed and through the database."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.lib.neighbours import Signals, nearest_prompts
from schema.roles import Role
from tests.support.library import Library
from tests.support.warehouse import run_dbt


def found(entries: list[tuple[int, int, float]], most: int = 300) -> dict[int, Any]:
    users, prompts, strengths = zip(*entries, strict=True) if entries else ((), (), ())
    signals = Signals(np.array(users, np.int64), np.array(prompts, np.int64), np.array(strengths, np.float64))
    return {
        one.prompt_id: list(zip(one.neighbour_ids.tolist(), one.weights.tolist(), strict=True))
        for one in nearest_prompts(signals, most)
    }


LIKES = [(1, 10, 1.0), (1, 20, 1.0), (2, 10, 1.0), (2, 20, 1.0), (2, 30, 1.0)]


def test_likes_alone_are_rp3beta() -> None:
    # Ann likes 10 and 20, Ben 10, 20 and 30.
    both, ben = 1 / 2 + 1 / 3, 1 / 3
    assert found(LIKES) == {
        10: [(20, pytest.approx(both / (2 * 2**0.2))), (30, pytest.approx(ben / 2))],
        20: [(10, pytest.approx(both / (2 * 2**0.2))), (30, pytest.approx(ben / 2))],
        30: [(10, pytest.approx(ben / 2**0.2)), (20, pytest.approx(ben / 2**0.2))],
    }


def test_a_weak_signal_pulls_less() -> None:
    # Ann likes 10 and has copied 20 (half as strong): n_u is 1.5, n_10 is 1, n_20 is .5.
    assert found([(1, 10, 1.0), (1, 20, 0.5)]) == {
        10: [(20, pytest.approx(0.5 / 1.5 / (1 * 0.5**0.2)))],
        20: [(10, pytest.approx(0.5 / 1.5 / 0.5))],
    }


def test_the_best_are_kept_and_nobodys_neighbour_is_left_out() -> None:
    assert {prompt: len(near) for prompt, near in found(LIKES, most=1).items()} == {10: 1, 20: 1, 30: 1}
    assert found([(1, 10, 1.0), (2, 20, 1.0)]) == {}
    assert found([]) == {}


def test_of_more_equal_ones_than_are_kept_those_with_the_lowest_ids_are() -> None:
    # Each of many people likes prompt 1 and one more, all of which are as near.
    many = [entry for n in range(500) for entry in ((n, 1, 1.0), (n, 1000 - n, 1.0))]
    assert [prompt for prompt, _ in found(many, most=3)[1]] == [501, 502, 503]


def test_the_table_holds_them_and_is_exchanged_whole(library: Library, tmp_path: Path) -> None:
    ann, ben = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    soup, stew, trip = (library.add_prompt(title) for title in ("soup", "stew", "trip"))
    library.like(ann, soup, stew)
    library.like(ben, soup, stew, trip)
    run_dbt(library, tmp_path / "target", "run", "--select", "+int_person_signals")
    query = "SELECT prompt_id, neighbour_id, neighbour_rank, weight FROM analytics.prompt_neighbours ORDER BY 1, 3"
    assert refresh_neighbours(library.engine(Role.DBT)) == 3
    rows = library.rows(query, Role.ANALYST)
    assert [row[:3] for row in rows[:3]] == [(soup, stew, 1), (soup, trip, 2), (stew, soup, 1)]
    assert [row[3] for row in rows[:2]] == [pytest.approx((5 / 6) / (2 * 2**0.2)), pytest.approx(1 / 6)]
    library.do("DELETE FROM library.user_prompt_likes WHERE user_id = :ben", ben=ben)
    assert refresh_neighbours(library.engine(Role.DBT)) == 2
    assert [row[:3] for row in library.rows(query, Role.DASHBOARD)] == [(soup, stew, 1), (stew, soup, 1)]
