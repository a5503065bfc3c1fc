"""What else could be recommended: the most popular, item neighbours by cosine, and factors by iALS."""

import importlib.util

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from orchestration.evaluation.interactions import Interactions, Ints, Split

Matrix = sparse.csr_array
NEIGHBOURS = 100
USERS_AT_A_TIME = 1000


def matrix_of(split: Split) -> Matrix:
    """The training as users by items, 1 where there is a like."""
    train: Interactions = split.train
    shape = (split.user_count, split.item_count)
    return sparse.csr_array((np.ones(len(train.users), np.float32), (train.users, train.items)), shape=shape)


def popular(train: Matrix, users: Ints, take: int) -> Ints:
    """The most liked items that the user does not like yet; ties by number."""
    likes = np.asarray(train.sum(axis=0)).ravel()
    order = np.argsort(-likes, kind="stable")
    found = np.full((len(users), take), -1, np.int64)
    for place, user in enumerate(users.tolist()):
        known = train.indices[train.indptr[user] : train.indptr[user + 1]]
        best = order[: take + len(known)]
        best = best[~np.isin(best, known)][:take]
        found[place, : len(best)] = best
    return found


def item_knn(train: Matrix, users: Ints, take: int) -> Ints:
    """Items whose likes have the greatest cosine with those of the liked items (100 neighbours an item), summed."""
    norms = np.sqrt(np.maximum(np.asarray(train.sum(axis=0)).ravel(), 1))
    scaled = sparse.csr_matrix(train @ sparse.diags_array((1 / norms).astype(np.float32)))
    near = sp_matmul_topn(sparse.csr_matrix(scaled.T), scaled, NEIGHBOURS + 1)
    near = near - sparse.diags(near.diagonal())
    found = np.full((len(users), take), -1, np.int64)
    for first in range(0, len(users), USERS_AT_A_TIME):
        liked = train[users[first : first + USERS_AT_A_TIME]]
        scores = (liked @ near).toarray()
        scores[liked.toarray() > 0] = 0
        best = np.argsort(-scores, axis=1, kind="stable")[:, :take]
        has_score = np.take_along_axis(scores, best, axis=1) > 0
        found[first : first + USERS_AT_A_TIME, : best.shape[1]] = np.where(has_score, best, -1)
    return found


def has_ials() -> bool:
    """Whether the library `implicit` is there, which is needed for measurements only."""
    return importlib.util.find_spec("implicit") is not None


def ials(train: Matrix, users: Ints, take: int) -> Ints:
    """Factors of users and items (Hu, Koren, Volinsky: ICDM 2008), 256 of them, by the library `implicit`."""
    from implicit.als import AlternatingLeastSquares  # noqa: PLC0415 (a development extra)

    counts = sparse.csr_matrix(train)
    model = AlternatingLeastSquares(factors=256, regularization=10, alpha=100, iterations=15, random_state=1)
    model.fit(counts, show_progress=False)
    items, _ = model.recommend(users, counts[users], N=take, filter_already_liked_items=True)
    return np.asarray(items, np.int64)
