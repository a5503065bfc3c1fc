"""Who liked what: files of measurements, tab-separated as user, item and optionally a time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schema.errors import PromptoryError

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interactions:
    """Pairs of a user and an item, each once, both numbered from 0; `seconds` since 1970, 0 where no time is told."""

    users: Ints
    items: Ints
    seconds: Ints


@dataclass(frozen=True, slots=True)
class Split:
    """What to learn from and what to foresee, of `user_count` users and `item_count` items."""

    train: Interactions
    test: Interactions
    user_count: int
    item_count: int


def read_split(train: Path, test: Path) -> Split:
    """Read both files; a test user or item that the training lacks is numbered too.

    Raises:
        PromptoryError: a file cannot be read as such.
    """
    frames = [_read(train), _read(test)]
    both = pd.concat(frames, keys=[0, 1], names=["part", None])
    user_codes, users = pd.factorize(both["user"])
    item_codes, items = pd.factorize(both["item"])
    of_train = np.asarray(both.index.get_level_values("part") == 0)
    seconds = both["seconds"].to_numpy(np.int64)
    train_part, test_part = (
        Interactions(user_codes[part].astype(np.int64), item_codes[part].astype(np.int64), seconds[part])
        for part in (of_train, ~of_train)
    )
    return Split(train_part, test_part, len(users), len(items))


def _read(file: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(file, sep="\t", header=None, dtype={0: str, 1: str})
    except (OSError, ValueError) as error:
        raise PromptoryError(f"{file} cannot be read ({error}).") from None
    if frame.shape[1] not in (2, 3):
        raise PromptoryError(f"{file} has {frame.shape[1]} columns; it needs user, item and perhaps a time.")
    seconds = _seconds(frame[2], file) if frame.shape[1] == 3 else 0
    told = pd.DataFrame({"user": frame[0], "item": frame[1], "seconds": seconds})
    return told.drop_duplicates(["user", "item"])


def _seconds(times: "pd.Series[str]", file: Path) -> "pd.Series[int]":
    """Times in seconds since 1970, or as ISO 8601 writes them."""
    if pd.api.types.is_numeric_dtype(times):
        return times.astype(np.int64)
    try:
        return pd.to_datetime(times, utc=True, format="ISO8601").astype("datetime64[s, UTC]").astype(np.int64)
    except ValueError as error:
        raise PromptoryError(f"{file} has a time that is none ({error}).") from None
