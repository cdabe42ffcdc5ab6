"""Waiting for a run."""

from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest

from magica_mcp.api import watcher
from magica_mcp.api.watcher import RunWatcher
from magica_mcp.errors import ApiError, NotFoundError, UnauthorizedError, UnreachableError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import Run
from tests.api.stage import Reply, Stage, answer, recorded, web_page

GET = "GET v1/runs/r1"
RUNNING = recorded("run_running_brief")
DONE = recorded("run_concepts_shape")


async def ignore(run: Run, elapsed: float) -> None:
    """Nobody listens."""


async def test_a_run_that_is_over_comes_back_at_the_first_look() -> None:
    stage = Stage({GET: DONE})
    run = await stage.watcher.wait("r1", seconds=60, on_change=ignore)

    assert (run.status, stage.waited) == (RunStatus.COMPLETED, [0.1])


async def test_a_run_is_looked_at_until_it_is_over() -> None:
    stage = Stage({GET: [RUNNING, RUNNING, RUNNING, DONE]})
    run = await stage.watcher.wait("r1", seconds=60, on_change=ignore)

    assert (run.status, len(stage.sent)) == (RunStatus.COMPLETED, 4)


async def test_every_look_is_told_with_the_seconds_waited() -> None:
    stage = Stage({GET: [RUNNING, DONE]})
    told: list[tuple[RunStatus, float]] = []

    async def tell(run: Run, elapsed: float) -> None:
        told.append((run.status, round(elapsed, 2)))

    await stage.watcher.wait("r1", seconds=60, on_change=tell)

    assert told == [(RunStatus.RUNNING, 0.1), (RunStatus.COMPLETED, 0.26)]


async def test_when_time_is_up_the_run_comes_back_as_last_seen() -> None:
    stage = Stage({GET: RUNNING})
    run = await stage.watcher.wait("r1", seconds=30, on_change=ignore)

    assert run.status is RunStatus.RUNNING
    assert sum(stage.waited) == pytest.approx(30)


async def test_without_any_time_the_run_is_looked_at_once() -> None:
    stage = Stage({GET: RUNNING})
    await stage.watcher.wait("r1", seconds=0, on_change=ignore)

    assert (len(stage.sent), stage.waited) == (1, [0.0])


@pytest.mark.parametrize(
    "trouble",
    [
        recorded("error_500", 500),
        web_page(200),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        recorded("error_429", 429, retry_after="30"),
    ],
)
async def test_a_failed_look_is_made_up_for_by_a_later_one(trouble: Reply) -> None:
    stage = Stage({GET: [trouble, trouble, trouble, trouble, DONE]})
    run = await stage.watcher.wait("r1", seconds=300, on_change=ignore)

    assert run.status is RunStatus.COMPLETED


async def test_after_a_limit_the_next_look_waits_as_asked() -> None:
    stage = Stage({GET: [recorded("error_429", 429, retry_after="30"), DONE]})
    await stage.watcher.wait("r1", seconds=300, on_change=ignore)

    assert stage.waited == [0.1, 30.0]


async def test_a_run_seen_once_comes_back_though_the_last_looks_failed() -> None:
    stage = Stage({GET: [RUNNING, httpx.ConnectError("no")]})
    run = await stage.watcher.wait("r1", seconds=30, on_change=ignore)

    assert run.status is RunStatus.RUNNING


async def test_when_no_look_succeeded_the_last_failure_is_raised() -> None:
    stage = Stage({GET: httpx.ConnectError("no")})

    with pytest.raises(UnreachableError):
        await stage.watcher.wait("r1", seconds=30, on_change=ignore)
    assert sum(stage.waited) >= 30


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (recorded("error_401", 401), UnauthorizedError),
        (recorded("error_404_type", 404), NotFoundError),
    ],
)
async def test_what_waiting_cannot_mend_is_raised_at_once(
    reply: Reply, error: type[ApiError]
) -> None:
    stage = Stage({GET: reply})

    with pytest.raises(error):
        await stage.watcher.wait("r1", seconds=300, on_change=ignore)
    assert stage.waited == [0.1]


class HangingClient:
    """An other end that never says how the run is."""

    async def find_run(self, run_id: str) -> Run:
        await anyio.sleep_forever()
        raise AssertionError(run_id)


async def no_pause(seconds: float) -> None:
    await anyio.lowlevel.checkpoint()


def hanging() -> Callable[[], Awaitable[Run]]:
    waiting = RunWatcher(HangingClient(), sleep=no_pause, clock=lambda: 0.0)
    return lambda: waiting.wait("r1", seconds=0, on_change=ignore)


async def test_a_look_that_hangs_ends_with_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "SHORTEST_LOOK", 0.01)

    with anyio.fail_after(5), pytest.raises(UnreachableError, match="'r1'"):
        await hanging()()


async def test_cancelling_passes_straight_through() -> None:
    with anyio.move_on_after(0.01) as scope:
        await hanging()()

    assert scope.cancelled_caught


async def test_what_the_listener_raises_ends_the_waiting() -> None:
    async def refuse(run: Run, elapsed: float) -> None:
        raise ValueError("enough")

    stage = Stage({GET: answer({"runId": "r1", "status": "RUNNING"})})

    with pytest.raises(ValueError, match="enough"):
        await stage.watcher.wait("r1", seconds=30, on_change=refuse)
