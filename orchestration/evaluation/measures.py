"""How good lists of recommendations are; the sums are those of ir-measures."""

import numpy as np

from orchestration.evaluation.interactions import Interactions, Ints
from schema.errors import PromptoryError

TAKE = 20


def measure(found: Ints, users: Ints, test: Interactions, item_count: int) -> dict[str, float]:
    """recall@20 (hits by all test items of a user), nDCG@20 (binary), and the share of items in any list.

    `found` has a row of items a user, the best first, -1 where there are no more.

    Raises:
        PromptoryError: ir-measures, which is needed for measurements only, is not installed.
    """
    try:
        import ir_measures  # noqa: PLC0415 (a development extra)
    except ImportError:
        raise PromptoryError("Measuring needs ir-measures: pip install ir-measures.") from None
    recall, ndcg = ir_measures.R @ TAKE, ir_measures.nDCG @ TAKE
    judged: dict[str, dict[str, int]] = {}
    for user, item in zip(test.users.tolist(), test.items.tolist(), strict=True):
        judged.setdefault(str(user), {})[str(item)] = 1
    # Each list by its places; who is recommended nothing stays in the mean, with 0.
    run = {
        str(user): {str(item): float(TAKE - place) for place, item in enumerate(row) if item >= 0}
        for user, row in zip(users.tolist(), found.tolist(), strict=True)
    }
    means = ir_measures.calc_aggregate([recall, ndcg], judged, run)
    return {
        "recall@20": round(means[recall], 5),
        "ndcg@20": round(means[ndcg], 5),
        "coverage@20": round(len(np.unique(found[found >= 0])) / item_count, 5),
    }
