"""The images, and the stack of the compose file; both once for all tests here."""

from collections.abc import Iterator

import pytest

from tests.containers import engine


@pytest.fixture(scope="session")
def images() -> None:
    """The images, built from the working tree."""
    reason = engine.why_not()
    if reason:
        pytest.skip(reason)
    engine.described().run("build")


@pytest.fixture(scope="session")
def stack(images: None) -> Iterator[engine.Stack]:
    """The services of docker-compose.yml, as a person has them after `docker compose up`."""
    with engine.running() as stack:
        yield stack
