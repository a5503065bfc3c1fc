"""Who likes what at the moment, so that nobody likes a prompt twice or takes back a like that was never given."""

import numpy as np

from ingest.simulator.simulation import Flags, Ints


class Likes:
    """Standing likes; a pair of a person and a prompt is one number."""

    def __init__(self) -> None:
        self._standing: Ints = np.zeros(0, np.int64)

    def heard(self, pairs: Ints, is_like: Flags) -> Flags:
        """Which of these likes and unlikes, in order of time, change anything; the standing likes follow."""
        order = np.argsort(pairs, kind="stable")
        pairs, is_like = pairs[order], is_like[order]
        is_first = np.diff(pairs, prepend=-1) != 0
        before = np.where(is_first, np.isin(pairs, self._standing), np.roll(is_like, 1))
        is_last = np.roll(is_first, -1)
        untouched = self._standing[~np.isin(self._standing, pairs)]
        self._standing = np.union1d(untouched, pairs[is_last & is_like])
        changes = np.empty(len(pairs), np.bool_)
        changes[order] = before != is_like
        return changes
