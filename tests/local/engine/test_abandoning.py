"""Blocking work is waited for, unless nobody wants it any more."""

import threading

import pytest

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.engine.abandoning import unless_abandoned


def test_what_the_work_gives_is_answered() -> None:
    assert unless_abandoned(lambda: "done", should_stop=lambda: True) == "done"


def test_what_the_work_raises_is_raised() -> None:
    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        unless_abandoned(fail, should_stop=lambda: False)


def test_work_that_does_not_hear_a_stop_is_left_behind() -> None:
    never = threading.Event()

    with pytest.raises(NodeFailedError, match="stopped"):
        unless_abandoned(lambda: never.wait(30), should_stop=lambda: True)

    never.set()
