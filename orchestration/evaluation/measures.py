"""How good lists of recommendations are; the sums are those of ir-measures."""

from collections.abc import Mapping

import numpy as np

from orchestration.evaluation.interactions import Interactions, Ints
from schema.errors import PromptoryError

TAKE = 20


def mean_measures(
    measures: Mapping[str, str], relevance: dict[str, dict[str, int]], run: dict[str, dict[str, float]]
) -> dict[str, float]:
    """The means of measures, which are named as ir-measures names them, over all that was asked.

    Raises:
        PromptoryError: ir-measures, which is needed for measurements only, is not installed.
    """
    try:
        import ir_measures  # noqa: PLC0415 (a development extra)
    except ImportError:
        raise PromptoryError("Measuring needs ir-measures: pip install ir-measures.") from None
    parsed = {name: ir_measures.parse_measure(measure) for name, measure in measures.items()}
    means = ir_measures.calc_aggregate(list(parsed.values()), relevance, run)
    return {name: float(means[measure]) for name, measure in parsed.items()}


def measure(found: Ints, users: Ints, test: Interactions, item_count: int) -> dict[str, float]:
    """recall@20 (hits by all test items of a user), nDCG@20 (binary), and the share of items in any list.

    `found` has a row of items a user, the best first, -1 where there are no more.

    Raises:
        PromptoryError: ir-measures, which is needed for measurements only, is not installed.
    """
    judged: dict[str, dict[str, int]] = {}
    for user, item in zip(test.users.tolist(), test.items.tolist(), strict=True):
        judged.setdefault(str(user), {})[str(item)] = 1
    # Each list by its places; who is recommended nothing stays in the mean, with 0.
    run = {
        str(user): {str(item): float(TAKE - place) for place, item in enumerate(row) if item >= 0}
        for user, row in zip(users.tolist(), found.tolist(), strict=True)
    }
    means = mean_measures({"recall@20": f"R@{TAKE}", "ndcg@20": f"nDCG@{TAKE}"}, judged, run)
    return {name: round(value, 5) for name, value in means.items()} | {
        "coverage@20": round(len(np.unique(found[found >= 0])) / item_count, 5),
    }
