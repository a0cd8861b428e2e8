"""What these tests need of the process they run in."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def only_new_objects_are_collected() -> None:
    """They ask for many collections: those need not go through all that was there before."""
    gc.freeze()


@pytest.fixture(scope="package", autouse=True)
def nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()
