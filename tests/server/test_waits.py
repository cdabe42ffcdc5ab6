"""A client that cuts waits off teaches its limit; a person's Stop teaches nothing."""

from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from magica_mcp.memory import Memory
from magica_mcp.server.patience import TIMID_AFTER
from magica_mcp.server.waits import Waits, read_patience


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def cut(waits: Waits, clock: Clock, run_id: str, *, after: float) -> None:
    """A wait for a run that the client cuts off."""
    with anyio.CancelScope() as scope:
        async with waits.waiting("c", (run_id,), seconds=720):
            clock.now += after
            scope.cancel()
            await anyio.lowlevel.checkpoint()


async def test_two_cuts_at_the_same_moment_shorten_every_later_wait(
    tmp_path: Path, clock: Clock
) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    await cut(waits, clock, "r1", after=60)
    assert await waits.limit("c", ("r9",)) is None

    await cut(waits, clock, "r2", after=60.5)

    assert await waits.limit("c", ("r9",)) == pytest.approx(54)


async def test_the_next_wait_for_a_run_that_was_cut_is_shorter_for_that_run_alone(
    tmp_path: Path, clock: Clock
) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    await cut(waits, clock, "r1", after=60)

    assert await waits.limit("c", ("r1",)) == pytest.approx(54)
    assert await waits.limit("c", ("r2",)) is None


async def test_waits_beside_each_other_teach_nothing(tmp_path: Path, clock: Clock) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    for number in range(3):
        async with waits.waiting("c", (f"other{number}",), seconds=720):
            await cut(waits, clock, f"r{number}", after=60)

    assert await waits.limit("c", ("r9",)) is None


async def test_asking_again_for_a_run_gives_up_the_wait_before(
    tmp_path: Path, clock: Clock
) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    async with waits.waiting("c", ("r1",), seconds=720):
        clock.now += 60
        async with waits.waiting("c", ("r1",), seconds=720):
            limit = await waits.limit("c", ("r1",))

    assert limit == pytest.approx(54)


async def test_what_was_learned_outlives_the_server(tmp_path: Path, clock: Clock) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    before = Waits(memory, clock=clock)
    await cut(before, clock, "r1", after=60)
    await cut(before, clock, "r2", after=60)

    assert await Waits(memory, clock=clock).limit("c", ("r3",)) == pytest.approx(54)
    assert await Waits(memory, clock=clock).limit("another", ("r3",)) is None


async def test_two_servers_learn_from_each_others_cuts(tmp_path: Path, clock: Clock) -> None:
    one, other = (Waits(Memory(tmp_path / "m.sqlite"), clock=clock) for _ in range(2))
    await one.limit("c", ("r1",))
    await other.limit("c", ("r1",))
    await cut(one, clock, "r1", after=60)
    await cut(other, clock, "r2", after=60)

    clock.now += 61
    limits = [await waits.limit("c", ("r3",)) for waits in (one, other)]
    assert limits == [pytest.approx(54)] * 2


async def test_a_server_without_a_memory_learns_for_itself(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "m.sqlite").write_text("this is not a database, but it is long enough")
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    await cut(waits, clock, "r1", after=60)
    await cut(waits, clock, "r2", after=60)
    clock.now += 61

    assert await waits.limit("c", ("r3",)) == pytest.approx(54)


@pytest.mark.parametrize("kept", [None, "", "nonsense", "[]", '{"limit": "x"}'])
def test_a_memory_that_cannot_be_read_means_that_nothing_is_known(kept: str | None) -> None:
    assert read_patience(kept).limit is None


async def test_a_wait_that_others_joined_teaches_nothing_when_it_is_cut(
    tmp_path: Path, clock: Clock
) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    for number in range(2):
        with anyio.CancelScope() as scope:
            async with waits.waiting("c", (f"first{number}",), seconds=720):
                clock.now += 30
                async with waits.waiting("c", (f"second{number}",), seconds=720):
                    clock.now += 10
                clock.now += 20
                scope.cancel()
                await anyio.lowlevel.checkpoint()

    assert await waits.limit("c", ("r9",)) is None


async def whole(waits: Waits, clock: Clock, run_id: str, *, seconds: float) -> None:
    """A wait for a run that lasts its whole window and is answered."""
    async with waits.waiting("c", (run_id,), seconds=seconds):
        clock.now += seconds


async def taught(home: Path, clock: Clock) -> Waits:
    """Waits of a client that cuts after a minute, as is known."""
    waits = Waits(Memory(home / "m.sqlite"), clock=clock)
    for run_id in ("r1", "r2"):
        await cut(waits, clock, run_id, after=60)
    return waits


async def test_a_limit_is_relaxed_once_waits_in_full_are_answered(
    tmp_path: Path, clock: Clock
) -> None:
    waits = await taught(tmp_path, clock)
    for _ in range(TIMID_AFTER):
        await whole(waits, clock, "r3", seconds=54)

    assert await waits.limit("c", ("r4",)) == pytest.approx(81)


async def test_waits_that_were_asked_to_be_short_relax_nothing(
    tmp_path: Path, clock: Clock
) -> None:
    waits = await taught(tmp_path, clock)
    for _ in range(2 * TIMID_AFTER):
        await whole(waits, clock, "r3", seconds=10)

    assert await waits.limit("c", ("r4",)) == pytest.approx(54)


async def test_waits_that_failed_relax_nothing(tmp_path: Path, clock: Clock) -> None:
    waits = await taught(tmp_path, clock)
    for _ in range(2 * TIMID_AFTER):
        with suppress(ValueError):
            async with waits.waiting("c", ("r3",), seconds=54):
                clock.now += 54
                raise ValueError

    assert await waits.limit("c", ("r4",)) == pytest.approx(54)


async def test_a_wait_for_several_runs_that_is_cut_shortens_the_next_one_for_each_of_them(
    tmp_path: Path, clock: Clock
) -> None:
    waits = Waits(Memory(tmp_path / "m.sqlite"), clock=clock)
    with anyio.CancelScope() as scope:
        async with waits.waiting("c", ("r1", "r2"), seconds=720):
            clock.now += 60
            scope.cancel()
            await anyio.lowlevel.checkpoint()

    assert await waits.limit("c", ("r2",)) == pytest.approx(54)
    assert await waits.limit("c", ("r3",)) is None
