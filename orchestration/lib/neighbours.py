"""Which prompts go with which: RP3beta over the signals of all people. Knows neither Dagster nor the database.

A random walk of three steps, prompt to person to prompt, with popular ends held back (Paudel, Christoffel, Newell,
Bernstein: Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications, TiiS 2017).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

Ids = NDArray[np.int64]
Weights = NDArray[np.float64]
KeptWeights = NDArray[np.float32]

NEIGHBOURS_PER_PROMPT = 300
# How far popular ends are held back; decision 13 has what was measured.
POPULARITY_EXPONENT = 0.2
# Prompts whose walks are in memory together: at most 60 MB of them.
PROMPTS_AT_A_TIME = 10_000
# Asked for beyond the neighbours: among as many it mostly shows which of equal ones are the last.
BEYOND = 50


@dataclass(frozen=True, slots=True)
class Signals:
    """People's signals, one an entry: who, which prompt, and how strong (0 to 1). No pair comes twice."""

    user_ids: Ids
    prompt_ids: Ids
    strengths: Weights


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The neighbours of one prompt, the nearest first; equal ones in order of id.

    Weights are equal that are so as they are kept, in 32 bits: what rounding leaves of a sum depends on its order.
    """

    prompt_id: int
    neighbour_ids: Ids
    weights: KeptWeights


def nearest_prompts(signals: Signals, most: int = NEIGHBOURS_PER_PROMPT) -> Iterator[Neighbours]:
    """The `most` nearest neighbours of each prompt that has any, in order of prompt.

    w(i, j) = sum over people u of (s_ui * s_uj / n_u) / (n_i * n_j ^ 0.2), where s are strengths, n_u the sum of a
    person's and n_i the sum of a prompt's. Where all signals are likes, n count likes: RP3beta as published.
    """
    if not len(signals.user_ids):
        return
    ids, walks = _by_prompt(signals)
    strength_of_prompt = np.asarray(walks.sum(axis=1)).ravel()
    strength_of_person = np.asarray(walks.sum(axis=0)).ravel()
    onward = (
        sparse.diags_array(1 / strength_of_person)
        @ walks.T
        @ sparse.diags_array(strength_of_prompt**-POPULARITY_EXPONENT)
    )
    starts = sparse.diags_array(1 / strength_of_prompt) @ walks
    # The library knows the older matrices only.
    onward, starts = sparse.csr_matrix(onward), sparse.csr_matrix(starts)
    for first in range(0, len(ids), PROMPTS_AT_A_TIME):
        # One more than wanted, as each prompt is its own neighbour here.
        asked = most + 1 + BEYOND
        found = sp_matmul_topn(starts[first : first + PROMPTS_AT_A_TIME], onward, asked)
        for row in range(found.shape[0]):
            itself, place = first + row, slice(found.indptr[row], found.indptr[row + 1])
            one, is_tied = _nearest(ids, itself, found.indices[place], found.data[place], most)
            if is_tied and len(found.indices[place]) == asked:
                # Others that are as near may have been left out.
                whole = starts[[itself]] @ onward
                one, _ = _nearest(ids, itself, whole.indices, whole.data, most)
            if len(one.neighbour_ids):
                yield one


def _by_prompt(signals: Signals) -> tuple[Ids, sparse.csr_array]:
    """The ids of the prompts, and the strengths with a row for each of them and a column a person."""
    ids, rows = np.unique(signals.prompt_ids, return_inverse=True)
    people, columns = np.unique(signals.user_ids, return_inverse=True)
    places = (rows.astype(np.int32), columns.astype(np.int32))
    return ids, sparse.csr_array((signals.strengths, places), shape=(len(ids), len(people)))


def _nearest(ids: Ids, itself: int, places: NDArray[np.int32], weights: Weights, most: int) -> tuple[Neighbours, bool]:
    """The nearest of these, and whether the last of them is no nearer than the last of all."""
    others = places != itself
    places, kept = places[others], weights[others].astype(np.float32)
    order = np.lexsort((places, -kept))
    is_tied = len(order) > most and bool(kept[order[most - 1]] == kept[order[-1]])
    order = order[:most]
    return Neighbours(int(ids[itself]), ids[places[order]], kept[order]), is_tied
