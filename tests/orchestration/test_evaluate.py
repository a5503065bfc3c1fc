"""The measurement of recommendations: sums by hand, and a whole run on a few likes."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.evaluation.baselines import item_knn, matrix_of, popular
from orchestration.evaluation.interactions import Interactions, Split, read_split
from orchestration.evaluation.measures import measure
from schema.errors import PromptoryError
from tests.support.library import Library


def interactions(*pairs: tuple[int, int]) -> Interactions:
    users, items = (np.array(part, np.int64) for part in zip(*pairs, strict=True))
    return Interactions(users, items, np.zeros(len(users), np.int64))


def test_recall_is_by_all_test_items_and_who_gets_nothing_counts() -> None:
    test = interactions((0, 5), (0, 6), (1, 7))
    found = np.array([[4, 5, -1], [-1, -1, -1]], np.int64)
    sums = measure(found, np.array([0, 1]), test, item_count=8)
    # User 0: one of two, at the second place: 1/log2(3) by 1 + 1/log2(3). User 1: nothing.
    ideal = 1 + 1 / np.log2(3)
    assert sums == {
        "recall@20": 0.25,
        "ndcg@20": round(1 / np.log2(3) / ideal / 2, 5),
        "coverage@20": 0.25,
    }


def test_the_baselines_leave_out_what_is_liked() -> None:
    train = interactions((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0))
    matrix = matrix_of(Split(train, train, 3, 4))
    users = np.array([0, 2])
    assert popular(matrix, users, 2).tolist() == [[2, 3], [1, 2]]
    # From 0: 1 at 2 / sqrt(3 * 2) = .82, 2 at 1 / sqrt(3) = .58; nobody likes 3.
    assert item_knn(matrix, users, 2).tolist() == [[2, -1], [1, 2]]


def test_times_are_seconds_or_iso(tmp_path: Path) -> None:
    train, test = tmp_path / "train", tmp_path / "test"
    train.write_text("a\tx\t2026-01-01T00:00:00Z\na\ty\t2026-01-02\n", encoding="utf-8")
    test.write_text("b\tx\n", encoding="utf-8")
    split = read_split(train, test)
    assert split.train.seconds.tolist() == [1767225600, 1767312000]
    assert (split.test.users.tolist(), split.test.items.tolist()) == ([1], [0])
    test.write_text("b\n", encoding="utf-8")
    with pytest.raises(PromptoryError, match="1 columns"):
        read_split(train, test)


def test_a_run_measures_the_product_and_leaves_no_database(configured: Library, tmp_path: Path) -> None:
    train, test = tmp_path / "train.tsv", tmp_path / "test.tsv"
    # Three like x and y; whoever likes x alone is to be recommended y.
    train.write_text("a\tx\na\ty\nb\tx\nb\ty\nc\tx\nd\tz\nd\tw\n", encoding="utf-8")
    test.write_text("c\ty\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["evaluate", "recommend", "--train", str(train), "--test", str(test), "--json"], catch_exceptions=False
    )
    result = json.loads(done.stdout)
    assert (result["users"], result["items"]) == (1, 4)
    assert (result["promptory"]["recall@20"], result["promptory"]["ndcg@20"]) == (1.0, 1.0)
    assert result["promptory"].keys() == {"recall@20", "ndcg@20", "coverage@20", "fit_s", "serve_p95_ms"}
    assert configured.rows("SELECT 1 FROM pg_database WHERE datname LIKE 'promptory_evaluation%'") == []
