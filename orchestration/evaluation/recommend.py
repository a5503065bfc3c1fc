"""Recommendations on held-out likes: the product beside what one would pick instead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from orchestration.evaluation import baselines, product
from orchestration.evaluation.interactions import Ints, read_split
from orchestration.evaluation.measures import TAKE, measure
from orchestration.evaluation.scratch import scratch_database

Say = Callable[[str], None]


def evaluate_recommendations(train: Path, test: Path, say: Say) -> dict[str, Any]:
    """Learn from one file, foresee the other, for every user of the test; takes minutes.

    The product works on a library of its own, which is dropped at the end.

    Raises:
        PromptoryError: a file cannot be read, or a package for measurements is missing.
    """
    split = read_split(train, test)
    users: Ints = np.unique(split.test.users)

    def measured(found: Ints) -> dict[str, float]:
        return measure(found, users, split.test, split.item_count)

    with scratch_database() as address:
        say("Loading the likes into a library of its own")
        product.fill(address, split)
        say("Building what recommendations need")
        fit_seconds = product.fit(address)
        say(f"Recommending to {len(users):,} users")
        served = product.serve(address, users, TAKE)
    ours = measured(served.items) | {
        "fit_s": round(fit_seconds, 2),
        "serve_p95_ms": round(float(np.percentile(served.milliseconds, 95)), 2),
    }
    say("Measuring what one would pick instead")
    matrix = baselines.matrix_of(split)
    result: dict[str, Any] = {"users": len(users), "items": split.item_count, "promptory": ours}
    for name, recommend in (("popular", baselines.popular), ("item_knn", baselines.item_knn)):
        result[name] = measured(recommend(matrix, users, TAKE))
    result["ials"] = measured(baselines.ials(matrix, users, TAKE)) if baselines.has_ials() else None
    if result["ials"] is None:
        result["ials_reason"] = "implicit is not installed: pip install implicit"
    return result
