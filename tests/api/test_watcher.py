"""Waiting for runs: what is asked, what comes back, and who is never in whose way."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence

import anyio
import httpx
import pytest
from anyio.abc import TaskGroup

from benchmarks.simulation.virtual_time import run_virtually
from magica_mcp.api.quota import Quota
from magica_mcp.api.rounds import SHORTEST_LOOK
from magica_mcp.api.runs import KnownRun, RunKind
from magica_mcp.api.watcher import RECENT_RUNS, OnChange, RunWatcher
from magica_mcp.errors import (
    ApiError,
    InvalidInputError,
    MagicaError,
    NotFoundError,
    RejectedError,
    UnauthorizedError,
    UnreachableError,
)
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.memory import Usual
from magica_mcp.models.runs import ModelRun, Run, StartRun, WorkflowRun
from tests.api.stage import Reply, Stage, recorded, web_page

GET = "GET v1/runs/r1"
RUNNING = recorded("run_running_brief")
DONE = recorded("run_concepts_shape")


class Magica:
    """An other end in virtual time: runs by id with the moment at which each ends."""

    def __init__(self, ends: dict[str, float], *, models: Sequence[str] = ()) -> None:
        self.ends, self.models = ends, set(models)
        self.asked: list[tuple[str, ...]] = []
        self.at: list[float] = []
        self.longest_wait: float | None = None
        self.was_understood = True
        self.left: Quota | None = Quota(60, 1_000, 1_000, 86_400)
        self.known: dict[str, KnownRun] = {}
        self.trouble: Callable[[Sequence[str]], MagicaError | None] = lambda _: None
        self.takes = 0.05
        self.keeps_its_word = True
        """Whether it waits as it was asked to."""
        self.shows_all = False
        """Whether an answer about ends shows the runs that go on, too, as older ones do."""
        self.tells_responses = True
        """Whether an answer about many runs holds their responses."""

    def quota(self) -> Quota | None:
        return self.left

    def known_run(self, run_id: str) -> KnownRun | None:
        return self.known.get(run_id)

    def category_of(self, names: Sequence[str]) -> str:
        return "image" if names else ""

    def started(self, run_id: str) -> None:
        """As if the client had just started it."""
        self.known[run_id] = KnownRun(RunKind.WORKFLOW, ("w1",), anyio.current_time())

    async def find_run(self, run_id: str, *, wait: float = 0) -> Run:
        await self._answer([run_id], wait)
        if run_id not in self.ends:
            raise NotFoundError(f"Magica knows no run '{run_id}'.")
        if run_id in self.models:
            return ModelRun(run_id=run_id, status=self._status(run_id))
        return WorkflowRun(run_id=run_id, status=self._status(run_id), response="Done.")

    async def get_runs(self, ids: Sequence[str], *, wait: float = 0) -> tuple[WorkflowRun, ...]:
        await self._answer(ids, wait)
        known = [run_id for run_id in ids if run_id in self.ends and run_id not in self.models]
        over = [run_id for run_id in known if anyio.current_time() >= self.ends[run_id]]
        are_ends = wait and self.keeps_its_word and not self.shows_all
        shown = (over if are_ends else ()) or known
        told = "Done." if self.tells_responses else None
        return tuple(
            WorkflowRun(run_id=one, status=self._status(one), response=told) for one in shown
        )

    async def _answer(self, ids: Sequence[str], wait: float) -> None:
        self.asked.append(tuple(ids))
        self.at.append(anyio.current_time())
        await anyio.sleep(self.takes)
        if (trouble := self.trouble(ids)) is not None:
            raise trouble
        if not self.keeps_its_word:
            return
        first = min((self.ends.get(run_id, 0.0) for run_id in ids), default=0.0)
        await anyio.sleep(max(0.0, min(wait, first - anyio.current_time())))

    def _status(self, run_id: str) -> RunStatus:
        is_over = anyio.current_time() >= self.ends[run_id]
        return RunStatus.COMPLETED if is_over else RunStatus.RUNNING


def watcher_of(magica: Magica, *, usual: Usual | None = None) -> RunWatcher:
    async def learned(name: str) -> Usual | None:
        return usual

    return RunWatcher(
        magica, sleep=anyio.sleep, clock=anyio.current_time, now=anyio.current_time, usual=learned
    )


async def noticed(
    watcher: RunWatcher, *run_ids: str, seconds: float = 600, on_change: OnChange | None = None
) -> dict[str, float]:
    """When each wait, all of them at once, came back."""
    at: dict[str, float] = {}

    async def wait(run_id: str) -> None:
        await watcher.wait(run_id, seconds=seconds, on_change=on_change)
        at[run_id] = anyio.current_time()

    async with anyio.create_task_group() as waits:
        for run_id in run_ids:
            waits.start_soon(wait, run_id)
    return at


async def ignore(run: Run, elapsed: float) -> None:
    """Nobody listens."""


# One run, through the real client ---------------------------------------------------------------


async def test_a_run_that_is_over_comes_back_at_the_first_look() -> None:
    stage = Stage({GET: DONE})
    run = await stage.watcher.wait("r1", seconds=60, on_change=ignore)

    assert (run.status, stage.sent) == (RunStatus.COMPLETED, [GET])


async def test_a_run_is_looked_at_until_it_is_over() -> None:
    stage = Stage({GET: [RUNNING, RUNNING, RUNNING, DONE]})
    run = await stage.watcher.wait("r1", seconds=600, on_change=ignore)

    assert (run.status, len(stage.sent)) == (RunStatus.COMPLETED, 4)


async def test_a_run_that_was_seen_to_be_over_is_not_asked_for_again() -> None:
    stage = Stage({GET: DONE})
    for _ in range(2):
        await stage.watcher.wait("r1", seconds=60)

    assert stage.sent == [GET]


async def test_what_is_new_is_told_with_the_seconds_waited() -> None:
    stage = Stage({GET: [RUNNING, DONE]})
    told: list[tuple[RunStatus, float]] = []

    async def tell(run: Run, elapsed: float) -> None:
        told.append((run.status, elapsed))

    await stage.watcher.wait("r1", seconds=600, on_change=tell)

    assert told == [(RunStatus.RUNNING, 0.0), (RunStatus.COMPLETED, stage.waited[0])]


async def test_when_time_is_up_the_run_comes_back_as_last_seen() -> None:
    stage = Stage({GET: RUNNING})
    run = await stage.watcher.wait("r1", seconds=30, on_change=ignore)

    assert run.status is RunStatus.RUNNING
    assert sum(stage.waited) == pytest.approx(30)


async def test_without_any_time_the_run_is_looked_at_once() -> None:
    stage = Stage({GET: RUNNING})
    await stage.watcher.wait("r1", seconds=0, on_change=ignore)

    assert (len(stage.sent), stage.waited) == (1, [])


@pytest.mark.parametrize(
    "trouble",
    [
        recorded("error_500", 500),
        web_page(502),
        httpx.Response(200, text="{"),
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

    assert stage.waited == [30.0]


async def test_a_run_seen_once_comes_back_though_the_last_looks_failed() -> None:
    stage = Stage({GET: [RUNNING, httpx.ConnectError("no")]})
    run = await stage.watcher.wait("r1", seconds=90, on_change=ignore)

    assert run.status is RunStatus.RUNNING


async def test_when_no_look_succeeded_the_last_failure_is_raised() -> None:
    stage = Stage({GET: httpx.ConnectError("no")})

    with pytest.raises(UnreachableError):
        await stage.watcher.wait("r1", seconds=30, on_change=ignore)


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
    assert stage.waited == []


async def test_what_is_no_id_is_refused_as_the_callers_mistake() -> None:
    with pytest.raises(InvalidInputError):
        await Stage({}).watcher.wait("..", seconds=300)


async def test_what_the_listener_raises_ends_the_waiting() -> None:
    async def refuse(run: Run, elapsed: float) -> None:
        raise ValueError("enough")

    stage = Stage({GET: RUNNING})

    with pytest.raises(ValueError, match="enough"):
        await stage.watcher.wait("r1", seconds=30, on_change=refuse)


async def test_a_run_just_started_is_not_looked_at_at_once() -> None:
    stage = Stage({"POST v1/runs": recorded("start_run", 202), GET: DONE})
    started = await stage.client.start_run(StartRun(workflow_id="w1"))
    with pytest.raises(NotFoundError):
        await stage.watcher.wait(started.run_id, seconds=30)

    assert stage.waited == [2.0]


# Several waiters --------------------------------------------------------------------------------


def test_waiters_of_one_run_share_its_looks() -> None:
    async def looks_for(waiters: int) -> int:
        magica = Magica({"r1": 100})
        watcher = watcher_of(magica)
        async with anyio.create_task_group() as waits:
            for _ in range(waiters):
                waits.start_soon(noticed, watcher, "r1")
        return len(magica.asked)

    assert run_virtually(lambda: looks_for(5)) == run_virtually(lambda: looks_for(1))


def test_many_workflows_are_asked_for_in_one_request() -> None:
    async def main() -> Magica:
        magica = Magica({f"r{number}": 60.0 for number in range(50)})
        await noticed(watcher_of(magica), *magica.ends)
        return magica

    assert max(map(len, run_virtually(main).asked)) == 50


@pytest.mark.parametrize("count", [3, 30])
def test_what_is_left_out_among_many_is_asked_for_once_a_run_is_over(count: int) -> None:
    async def main() -> tuple[set[str], Counter[str]]:
        magica = Magica({f"r{number}": 60.0 for number in range(count)})
        magica.tells_responses = False
        watched = await watcher_of(magica).wait_for_runs(
            list(magica.ends), seconds=300, any_of=False
        )
        looks = zip(magica.at, magica.asked, strict=True)
        alone = Counter(ids[0] for at, ids in looks if at > 60 and len(ids) == 1)
        return {str(run.response) for run in watched.runs if isinstance(run, WorkflowRun)}, alone

    responses, alone = run_virtually(main)
    assert responses == {"Done."}
    assert (len(alone), set(alone.values())) == (count, {1})


def test_a_run_without_a_response_is_told_as_it_is() -> None:
    async def main() -> list[RunStatus]:
        magica = Magica({"a": 20, "b": 20})
        magica.tells_responses = False
        find_run = magica.find_run

        async def without(run_id: str, *, wait: float = 0) -> Run:
            run = await find_run(run_id, wait=wait)
            return run.model_copy(update={"response": None})

        magica.find_run = without  # type: ignore[method-assign]  # one answer of this other end
        watched = await watcher_of(magica).wait_for_runs(["a", "b"], seconds=300, any_of=False)
        return [run.status for run in watched.runs]

    assert run_virtually(main) == [RunStatus.COMPLETED] * 2


def test_a_batch_holds_a_hundred_at_most() -> None:
    async def main() -> Magica:
        magica = Magica({f"r{number}": 30.0 for number in range(130)})
        await noticed(watcher_of(magica), *magica.ends)
        return magica

    assert max(map(len, run_virtually(main).asked)) == 100


def test_models_are_looked_at_in_turn() -> None:
    async def main() -> Counter[str]:
        models = [f"m{number}" for number in range(10)]
        magica = Magica(dict.fromkeys(models, 300.0), models=models)
        with anyio.move_on_after(200):
            await noticed(watcher_of(magica), *models)
        return Counter(run_id for ids in magica.asked if len(ids) == 1 for run_id in ids)

    looks = run_virtually(main)
    assert len(looks) == 10
    assert max(looks.values()) - min(looks.values()) <= 1


def test_two_looks_are_two_seconds_apart_however_many_wait() -> None:
    async def main() -> list[float]:
        models = [f"m{number}" for number in range(30)]
        magica = Magica(dict.fromkeys(models, 90.0), models=models)
        await noticed(watcher_of(magica), *models)
        return magica.at

    at = run_virtually(main)
    assert min(after - before for before, after in itertools.pairwise(at)) >= 2


def test_when_nobody_waits_nobody_looks() -> None:
    async def main() -> int:
        magica = Magica({"r1": 1_000})
        await noticed(watcher_of(magica), "r1", seconds=20)
        before = len(magica.asked)
        await anyio.sleep(500)
        return len(magica.asked) - before

    assert run_virtually(main) == 0


def test_the_next_wait_goes_on_where_the_last_one_ended() -> None:
    async def looks_in_waits_of(seconds: float) -> int:
        magica = Magica({"r1": 300})
        watcher = watcher_of(magica, usual=Usual(300, 377, 20))
        while (await watcher.wait("r1", seconds=seconds)).status is RunStatus.RUNNING:
            pass
        return len(magica.asked)

    in_parts = run_virtually(lambda: looks_in_waits_of(25))

    assert in_parts == run_virtually(lambda: looks_in_waits_of(600))


def test_a_waiter_that_leaves_hands_the_looking_over() -> None:
    async def main() -> dict[str, float]:
        watcher = watcher_of(Magica({"r1": 1_000, "r2": 60}))

        async def leave_soon() -> None:
            with anyio.move_on_after(5):
                await watcher.wait("r1", seconds=600)

        async with anyio.create_task_group() as waits:
            waits.start_soon(leave_soon)
            await anyio.sleep(1)
            found = await noticed(watcher, "r2")
            waits.cancel_scope.cancel()
        return found

    assert 60 <= run_virtually(main)["r2"] < 75


def test_a_slow_listener_keeps_nobody_else_waiting() -> None:
    async def main() -> dict[str, float]:
        magica = Magica({"slow": 300, "quick": 20})
        watcher = watcher_of(magica, usual=Usual(20, 24, 20))

        async def dawdle(run: Run, elapsed: float) -> None:
            await anyio.sleep(200)

        async with anyio.create_task_group() as waits:
            waits.start_soon(lambda: noticed(watcher, "slow", on_change=dawdle))
            await anyio.sleep(0.01)
            at = await noticed(watcher, "quick")
            waits.cancel_scope.cancel()
        return at

    assert run_virtually(main)["quick"] < 30


def test_a_look_that_hangs_does_not_keep_another_window_open() -> None:
    async def main() -> float:
        magica = Magica({"r1": 1_000, "r2": 1_000})
        magica.takes = 1_000
        watcher = watcher_of(magica)
        async with anyio.create_task_group() as waits:
            waits.start_soon(lambda: noticed(watcher, "r1", seconds=500))
            await anyio.sleep(0.01)
            with pytest.raises(UnreachableError):
                await watcher.wait("r2", seconds=10)
            waits.cancel_scope.cancel()
        return anyio.current_time()

    assert run_virtually(main) <= 10 + SHORTEST_LOOK + 0.1


def test_a_newcomer_is_looked_at_without_waiting_for_the_others_turn() -> None:
    async def main() -> float:
        magica = Magica({"old": 400, "new": 100})
        watcher = watcher_of(magica, usual=Usual(300, 377, 20))
        async with anyio.create_task_group() as waits:
            waits.start_soon(lambda: noticed(watcher, "old"))
            await anyio.sleep(120)
            at = await noticed(watcher, "new")
            waits.cancel_scope.cancel()
        return at["new"]

    assert run_virtually(main) < 123


def test_canceling_a_wait_frees_it_at_once() -> None:
    async def main() -> float:
        magica = Magica({"r1": 1_000})
        magica.takes = 100
        with anyio.move_on_after(3):
            await watcher_of(magica).wait("r1", seconds=600)
        return anyio.current_time()

    assert run_virtually(main) == pytest.approx(3)


# Several runs in one wait -----------------------------------------------------------------------


def test_all_of_several_runs_are_waited_for() -> None:
    async def main() -> tuple[list[RunStatus], float]:
        watcher = watcher_of(Magica({"a": 10, "b": 50}))
        watched = await watcher.wait_for_runs(["a", "b"], seconds=600, any_of=False)
        return [run.status for run in watched.runs], anyio.current_time()

    statuses, at = run_virtually(main)
    assert (statuses, 50 <= at < 65) == ([RunStatus.COMPLETED] * 2, True)


def test_any_of_several_runs_is_enough() -> None:
    async def main() -> list[tuple[str, RunStatus]]:
        watcher = watcher_of(Magica({"a": 500, "b": 30}))
        watched = await watcher.wait_for_runs(["a", "b"], seconds=600, any_of=True)
        return [(run.run_id, run.status) for run in watched.runs]

    assert run_virtually(main) == [("a", RunStatus.RUNNING), ("b", RunStatus.COMPLETED)]


def test_all_of_many_runs_are_told_once_any_of_them_is_over() -> None:
    async def main() -> int:
        ends = {f"r{number}": 30.0 if number == 7 else 900.0 for number in range(2 * RECENT_RUNS)}
        watcher = watcher_of(Magica(ends))
        return len((await watcher.wait_for_runs(list(ends), seconds=600, any_of=True)).runs)

    assert run_virtually(main) == 2 * RECENT_RUNS


def test_an_unknown_run_among_several_is_named_and_the_others_come() -> None:
    async def main() -> tuple[list[str], dict[str, str]]:
        watcher = watcher_of(Magica({"a": 10}))
        watched = await watcher.wait_for_runs(["a", "zz"], seconds=60, any_of=False)
        return [run.run_id for run in watched.runs], dict(watched.unseen)

    assert run_virtually(main) == (["a"], {"zz": "Magica knows no run 'zz'."})


def test_where_none_of_several_runs_is_known_the_first_failure_is_raised() -> None:
    async def main() -> None:
        await watcher_of(Magica({})).wait_for_runs(["y", "zz"], seconds=60, any_of=True)

    with pytest.raises(NotFoundError):
        run_virtually(main)


# Trouble ----------------------------------------------------------------------------------------


def test_a_batch_that_is_refused_is_asked_for_one_by_one() -> None:
    async def main() -> dict[str, float]:
        magica = Magica({"a": 10, "b": 10})
        magica.trouble = lambda ids: RejectedError("No.") if len(ids) > 1 else None
        return await noticed(watcher_of(magica), "a", "b", seconds=60)

    assert set(run_virtually(main)) == {"a", "b"}


def test_a_batch_without_a_key_is_refused_to_all() -> None:
    async def main() -> None:
        magica = Magica({"a": 10, "b": 10})
        magica.trouble = lambda _: UnauthorizedError("No key.")
        await watcher_of(magica).wait_for_runs(["a", "b"], seconds=60, any_of=False)

    with pytest.raises(UnauthorizedError):
        run_virtually(main)


def test_a_run_survives_an_outage() -> None:
    async def main() -> tuple[RunStatus, int]:
        magica = Magica({"r1": 30})
        magica.trouble = lambda _: (
            UnreachableError("Down.") if 5 < anyio.current_time() < 90 else None
        )
        run = await watcher_of(magica).wait("r1", seconds=600)
        return run.status, len(magica.asked)

    status, asked = run_virtually(main)
    assert (status, asked < 20) == (RunStatus.COMPLETED, True)


def test_a_run_that_was_lost_may_be_asked_for_again() -> None:
    async def main() -> RunStatus:
        magica = Magica({})
        watcher = watcher_of(magica)
        with pytest.raises(NotFoundError):
            await watcher.wait("r1", seconds=60)
        magica.ends["r1"] = 0
        return (await watcher.wait("r1", seconds=60)).status

    assert run_virtually(main) is RunStatus.COMPLETED


# A day that runs short --------------------------------------------------------------------------


def short_of_day(magica: Magica) -> Magica:
    magica.left = Quota(60, 500, 1_000, 86_400)
    return magica


def test_when_the_day_runs_short_a_run_started_here_is_first_looked_at_near_its_end() -> None:
    async def main() -> float:
        magica = short_of_day(Magica({"r1": 300}))
        magica.started("r1")
        await noticed(watcher_of(magica, usual=Usual(300, 377, 20)), "r1")
        return magica.at[0]

    assert run_virtually(main) > 200


def test_a_short_wait_then_says_that_the_run_was_accepted_without_asking() -> None:
    async def main() -> tuple[RunStatus, int]:
        magica = short_of_day(Magica({"r1": 300}))
        magica.started("r1")
        run = await watcher_of(magica, usual=Usual(300, 377, 20)).wait("r1", seconds=50)
        return run.status, len(magica.asked)

    assert run_virtually(main) == (RunStatus.QUEUED, 0)


def test_what_is_expected_of_a_run_can_be_told() -> None:
    async def main() -> tuple[float, float | None]:
        magica = Magica({"r1": 300})
        magica.started("r1")
        watcher = watcher_of(magica, usual=Usual(300, 377, 20))
        await watcher.wait("r1", seconds=100)
        prospect = watcher.prospect("r1")
        assert prospect is not None
        return prospect.age, prospect.seconds_to_go

    assert run_virtually(main) == pytest.approx((100, 200), abs=0.1)


# Where Magica waits by itself -------------------------------------------------------------------


def waiting(ends: dict[str, float], *, models: Sequence[str] = ()) -> Magica:
    magica = Magica(ends, models=models)
    magica.longest_wait, magica.left = 720, None
    for run_id in ends:
        kind = RunKind.MODEL if run_id in models else RunKind.WORKFLOW
        magica.known[run_id] = KnownRun(kind, ("w1",), 0.0)
    return magica


def test_a_short_run_is_one_request_where_magica_waits() -> None:
    async def main() -> tuple[float, int]:
        magica = waiting({"r1": 3})
        at = await noticed(watcher_of(magica), "r1")
        return at["r1"], len(magica.asked)

    at, asked = run_virtually(main)
    assert (at < 3.1, asked) == (True, 1)


def test_a_long_wait_looks_every_few_seconds_and_tells_what_is_new() -> None:
    async def main() -> tuple[int, list[RunStatus]]:
        told: list[RunStatus] = []

        async def tell(run: Run, elapsed: float) -> None:
            told.append(run.status)

        magica = waiting({"r1": 29})
        await noticed(watcher_of(magica), "r1", on_change=tell)
        return len(magica.asked), told

    assert run_virtually(main) == (6, [RunStatus.RUNNING, RunStatus.COMPLETED])


def test_a_wait_ends_with_its_window_where_magica_waits() -> None:
    async def main() -> float:
        await watcher_of(waiting({"r1": 1_000})).wait("r1", seconds=12)
        return anyio.current_time()

    assert run_virtually(main) == pytest.approx(12, abs=0.2)


def test_a_look_without_time_is_answered_at_once_while_another_waits() -> None:
    async def main() -> float:
        watcher = watcher_of(waiting({"r1": 1_000}))
        async with anyio.create_task_group() as waits:
            waits.start_soon(lambda: watcher.wait("r1", seconds=600))
            await anyio.sleep(8)
            await watcher.wait("r1", seconds=0)
            waits.cancel_scope.cancel()
        return anyio.current_time()

    assert run_virtually(main) == pytest.approx(8, abs=0.3)


def test_hundreds_of_workflows_are_noticed_at_once_where_magica_waits() -> None:
    async def main() -> tuple[float, int]:
        magica = waiting({f"r{number}": 20 + number / 10 for number in range(300)})
        at = await noticed(watcher_of(magica), *magica.ends)
        return max(at[run_id] - magica.ends[run_id] for run_id in at), len(magica.asked)

    lag, asked = run_virtually(main)
    assert (lag < 0.2, asked <= 2 * 300) == (True, True)


def test_hundreds_of_workflows_share_a_few_requests_from_their_beginning_to_their_end() -> None:
    async def main() -> tuple[int, float]:
        magica = waiting({f"r{number}": 10.0 for number in range(300)})
        at = await noticed(watcher_of(magica), *magica.ends)
        return len(magica.asked), max(at.values()) - 10

    asked, lag = run_virtually(main)
    assert (asked < 30, lag < 0.2) == (True, True)


@pytest.mark.parametrize("shows_all", [False, True])
def test_runs_that_go_on_are_still_asked_for_together_after_the_end_of_another(
    shows_all: bool,  # noqa: FBT001 - a case
) -> None:
    async def main() -> int:
        magica = waiting({f"r{number}": 20.0 + number for number in range(60)})
        magica.shows_all = shows_all
        await noticed(watcher_of(magica), *magica.ends)
        return sum(len(ids) == 1 for ids in magica.asked)

    assert run_virtually(main) < 60


def test_more_models_than_there_is_room_for_are_all_noticed() -> None:
    async def main() -> float:
        models = [f"m{number}" for number in range(60)]
        magica = waiting(dict.fromkeys(models, 20.0), models=models)
        at = await noticed(watcher_of(magica), *models)
        return max(at.values()) - 20

    assert run_virtually(main) < 6


def test_who_waits_is_not_forgotten_after_a_run_with_several_waiters_has_moved_away() -> None:
    async def main() -> float:
        magica = waiting({"moves": 1_000, "canceled": 1_000, "stays": 20})
        magica.known.clear()  # so the first look is not left to Magica
        magica.takes, watcher = 0.5, watcher_of(magica)
        async with anyio.create_task_group() as waits, anyio.create_task_group() as looking:
            for _ in range(3):
                waits.start_soon(noticed, watcher, "moves")
            await anyio.sleep(2)
            looking.start_soon(noticed, watcher, "canceled")
            await anyio.sleep(0.1)
            waits.start_soon(end_with, waits, watcher, "stays")
            await anyio.sleep(0.1)
            looking.cancel_scope.cancel()
        return anyio.current_time()

    async def end_with(waits: TaskGroup, watcher: RunWatcher, run_id: str) -> None:
        await watcher.wait(run_id, seconds=600)
        waits.cancel_scope.cancel()

    assert run_virtually(main) < 22


def test_a_run_deleted_meanwhile_is_missed_among_many() -> None:
    async def main() -> dict[str, str]:
        magica = waiting({f"r{number}": 1_000.0 for number in range(60)})
        del magica.ends["r50"]
        watcher = watcher_of(magica)
        watched = await watcher.wait_for_runs(list(magica.known), seconds=30, any_of=False)
        return dict(watched.unseen)

    assert run_virtually(main) == {"r50": "Magica knows no run 'r50'."}


def test_a_server_that_does_not_wait_as_it_says_is_not_run_down() -> None:
    async def main() -> int:
        magica = waiting({"r1": 300})
        magica.keeps_its_word = False
        await noticed(watcher_of(magica), "r1")
        return len(magica.asked)

    assert run_virtually(main) < 300
