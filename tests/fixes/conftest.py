"""Rows for each of these tests."""

import pytest

from tests.fixes.rows import fill


@pytest.fixture(autouse=True)
def filled() -> None:
    fill()
