"""The product as it is measured: fitted by its own pipeline, asked through its own repository."""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass

import numpy as np
from sqlalchemy import URL

from orchestration.evaluation.interactions import Ints
from orchestration.lib.dbt_project import connection_variables, dbt_command
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import create_role_engine, viewer_session
from schema.errors import PromptoryError
from schema.repository.recommendations import recommended_prompts
from schema.roles import Role


@dataclass(frozen=True, slots=True)
class Served:
    """A row of items for each user, -1 where there are no more, and how long each took in milliseconds."""

    items: Ints
    milliseconds: "np.ndarray[tuple[int], np.dtype[np.float64]]"


def fit(address: URL) -> float:
    """Build what recommendations need, and return the seconds that it took.

    Raises:
        PromptoryError: dbt failed.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = dbt_command("run", "--select", "+int_person_signals", "+prompt_rankings")
        done = subprocess.run(
            [*command, "--target-path", folder, "--log-path", folder],
            env=dict(os.environ) | connection_variables(address),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise PromptoryError(f"dbt could not build the library: {done.stdout.strip()[-500:]}")
    engine = create_role_engine(address, Role.DBT)
    refresh_neighbours(engine)
    engine.dispose()
    return time.perf_counter() - begun


def serve(address: URL, users: Ints, take: int) -> Served:
    """Recommend `take` prompts to each of the users, one after the other, as the dashboard does."""
    engine = create_role_engine(address, Role.DASHBOARD)
    items = np.full((len(users), take), -1, np.int64)
    times = np.empty(len(users))
    for place, user in enumerate(users.tolist()):
        with viewer_session(engine, user + 1) as session:
            begun = time.perf_counter()
            found = recommended_prompts(session, user + 1, take=take)
            times[place] = (time.perf_counter() - begun) * 1000
        items[place, : len(found)] = [one.card.id - 1 for one in found]
    engine.dispose()
    return Served(items, times)
