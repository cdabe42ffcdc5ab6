import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from magica_mcp.local.lifetime import Activity, until_idle


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


async def no_answer(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """An application that answers nothing."""


async def receive() -> Message:
    return {"type": "http.disconnect"}


async def send(_message: Message) -> None:
    """Nobody listens."""


async def test_a_process_that_nobody_asks_ends_after_its_time(time: Time) -> None:
    activity = Activity(no_answer, clock=time.clock)

    with anyio.fail_after(30):
        await until_idle(activity, seconds=600, is_busy=lambda: False, sleep=time.sleep)

    assert time.now == 600


async def test_a_request_puts_the_end_off(time: Time) -> None:
    activity = Activity(no_answer, clock=time.clock)
    time.now = 500
    await activity({"type": "http"}, receive, send)

    with anyio.fail_after(30):
        await until_idle(activity, seconds=600, is_busy=lambda: False, sleep=time.sleep)

    assert time.now == 1100


async def test_unfinished_work_puts_the_end_off(time: Time) -> None:
    activity = Activity(no_answer, clock=time.clock)
    answers = iter([True, True, False])

    with anyio.fail_after(30):
        await until_idle(activity, seconds=600, is_busy=lambda: next(answers), sleep=time.sleep)

    assert time.now == 1800


async def test_an_open_request_is_no_idleness(time: Time) -> None:
    quiet: list[float] = []

    async def slow(_scope: Scope, _receive: Receive, _send: Send) -> None:
        time.now += 1000
        quiet.append(activity.quiet_seconds())

    activity = Activity(slow, clock=time.clock)
    await activity({"type": "http"}, receive, send)

    assert quiet == [0]
