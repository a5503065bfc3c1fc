"""Emulated clouds to which the configuration is applied: all tests of this folder share them, in one process."""

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from tests.infra.applied.worlds import NAMES, World, applied


@pytest.fixture(scope="session")
def worlds(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Future[World]"]]:
    """Both configurations, each on its way into a cloud of its own."""
    with applied(tmp_path_factory.mktemp("worlds")) as worlds:
        yield worlds


@pytest.fixture(scope="session", params=NAMES)
def world(request: pytest.FixtureRequest, worlds: dict[str, "Future[World]"]) -> World:
    """Each configuration in turn, once it is applied; tests leave it as they find it."""
    return worlds[request.param].result()
