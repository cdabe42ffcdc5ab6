"""What the process of every command is set to."""

import gc
from collections.abc import Iterator

import pytest

from magica_mcp.cli.main import collect_rarely


@pytest.fixture(autouse=True)
def thresholds_of_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_bears_a_thousand_calls_before_it_looks_through_all_of_them() -> None:
    collect_rarely()
    young, middle, old = gc.get_threshold()

    assert young * middle * old > 10 * 300_000
