"""Waiting for endings: woken by what is told, by looks, by time and by the end of all waiting."""

from collections.abc import Collection

import anyio
import sqlalchemy as sa

from magica_mcp.local.engine.endings import Endings


class Runs:
    """Which runs are over, and how often that was asked."""

    def __init__(self) -> None:
        self.over: set[str] = set()
        self.looks = 0
        self.failures = 0

    def __call__(self, run_ids: Collection[str]) -> Collection[str]:
        self.looks += 1
        if self.failures:
            self.failures -= 1
            raise sa.exc.OperationalError("SELECT", {}, Exception("database is locked"))
        return self.over & set(run_ids)


async def looked_at(runs: Runs) -> None:
    before = runs.looks
    while runs.looks == before:  # noqa: ASYNC110 - a thread looks, which no event tells of
        await anyio.sleep(0.001)


async def test_a_run_that_is_over_already_is_not_waited_for() -> None:
    runs = Runs()
    runs.over.add("a")

    with anyio.fail_after(30):
        await Endings(runs, pause=60).wait(["a"], seconds=60)


async def test_who_waits_is_woken_by_the_end_that_is_told() -> None:
    runs = Runs()
    endings = Endings(runs, pause=60)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: endings.wait(["a", "b"], seconds=60))
            await looked_at(runs)
            runs.over.add("b")
            endings.tell("b")


async def test_what_is_told_of_others_wakes_nobody() -> None:
    runs = Runs()
    endings = Endings(runs, pause=60)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: endings.wait(["a"], seconds=60))
            await looked_at(runs)
            endings.tell("b")
            looks = runs.looks
            runs.over.add("a")
            endings.tell("a")

    assert runs.looks == looks + 1


async def test_an_end_that_nobody_told_is_found_by_looking() -> None:
    runs = Runs()
    endings = Endings(runs, pause=0.01)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: endings.wait(["a"], seconds=60))
            await looked_at(runs)
            runs.over.add("a")


async def test_a_store_that_fails_once_is_asked_again() -> None:
    runs = Runs()
    runs.failures, runs.over = 1, {"a"}

    with anyio.fail_after(30):
        await Endings(runs, pause=0.01).wait(["a"], seconds=60)


async def test_a_wait_ends_with_its_time_and_leaves_nothing_behind() -> None:
    endings = Endings(Runs(), pause=60)

    with anyio.fail_after(30):
        await endings.wait(["a"], seconds=0.01)

    assert endings.count() == 0


async def test_closing_ends_every_wait_and_those_to_come() -> None:
    runs = Runs()
    endings = Endings(runs, pause=60)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: endings.wait(["a"], seconds=60))
            await looked_at(runs)
            endings.close()
        await endings.wait(["a"], seconds=60)


async def test_all_waits_for_a_run_are_answered_by_one_look() -> None:
    runs = Runs()
    endings = Endings(runs, pause=60)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            for _ in range(100):
                tasks.start_soon(lambda: endings.wait(["a"], seconds=60))
            while endings.count() < 100:
                await looked_at(runs)
            before = runs.looks
            runs.over.add("a")
            endings.tell("a")

    assert runs.looks <= before + 2
