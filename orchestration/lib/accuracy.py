"""How good ranked lists are beside what was liked. Knows neither Dagster nor the database."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

TAKE = 20


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Means over people of recall@20 and nDCG@20, and the share of the prompts that is in any list; from 0 to 1."""

    recall: float
    ndcg: float
    coverage: float


def accuracy_of(lists: Sequence[Sequence[int]], liked: Sequence[Set[int]], prompts: int) -> Accuracy:
    """The accuracy of one list a person, the best first, of which 20 count, beside what the person liked.

    recall@20 is hits by all that was liked. nDCG@20 (Jarvelin, Kekalainen, Cumulated gain-based evaluation of IR
    techniques, TOIS 2002) with gains of 0 and 1: the sum of 1 / log2(1 + place) over hits, by that of the best list.
    Who has an empty list counts with 0. The figures are those of ir-measures.

    Raises:
        ValueError: there is nobody, or somebody who liked nothing.
    """
    if not lists or not all(liked):
        raise ValueError("recall and nDCG need people, each with something to be foreseen")
    discounts = 1 / np.log2(np.arange(2, TAKE + 2))
    recalls, ndcgs = np.zeros(len(lists)), np.zeros(len(lists))
    for person, (found, wanted) in enumerate(zip(lists, liked, strict=True)):
        hits = np.array([prompt in wanted for prompt in found[:TAKE]], dtype=bool)
        recalls[person] = hits.sum() / len(wanted)
        ndcgs[person] = discounts[: len(hits)][hits].sum() / discounts[: min(len(wanted), TAKE)].sum()
    shown = {prompt for found in lists for prompt in found[:TAKE]}
    return Accuracy(float(recalls.mean()), float(ndcgs.mean()), len(shown) / prompts)
