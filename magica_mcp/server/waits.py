"""The waits that are going on, so that a client which cuts them off teaches its limit."""

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from magica_mcp.server.patience import (
    Patience,
    after_cut,
    after_cut_of_run,
    after_full_wait,
)

if TYPE_CHECKING:
    from magica_mcp.memory import Memory

MOST_RUNS = 256
"""Of how many runs it is remembered that a wait for them was cut."""
BELIEVED_SECONDS = 60.0
"""How long what the memory holds of a client is believed."""


@dataclass(eq=False, slots=True)
class Wait:
    """One call that waits, from `async with` on: whether it is cut off is learned at its end.

    `alone`: no other wait of the client ran beside it.
    """

    kept: "Waits"
    client: str
    runs: tuple[str, ...]
    seconds: float
    began: float = 0.0
    alone: bool = True
    given_up: bool = False

    async def __aenter__(self) -> None:
        await self.kept.begin(self)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_cut = isinstance(error, anyio.get_cancelled_exc_class())
        with anyio.CancelScope(shield=is_cut):
            await self.kept.end(self, is_cut=is_cut, is_answered=error is None)


@dataclass
class _Client:
    """A client's waits, and what is known of it."""

    waits: int = 0
    """How many there are that were not given up."""
    by_run: dict[str, Wait] = field(default_factory=dict)
    """Those, by the runs that they are for; of several for one run, the newest."""
    known: Patience = field(default_factory=Patience)
    read_at: float = -math.inf
    """When that was last read from the memory."""


class Waits:
    """The waits of one server process, by client. What is learned outlives it in the memory."""

    def __init__(self, memory: "Memory", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory, self._clock = memory, clock
        self._clients: dict[str, _Client] = defaultdict(_Client)
        self._cuts: dict[str, list[float]] = {}

    async def limit(self, client: str, run_ids: tuple[str, ...]) -> float | None:
        """Seconds that a wait for these runs may take for this client; None: nothing is known."""
        known = await self._known(client)
        cuts = [cut for run_id in run_ids for cut in self._cuts.get(run_id, ())]
        limits = (known.longest_wait, after_cut_of_run(cuts))
        return min((limit for limit in limits if limit is not None), default=None)

    def waiting(self, client: str, run_ids: tuple[str, ...], *, seconds: float) -> Wait:
        """A wait of so many seconds at most; it is under way as an `async with` block."""
        return Wait(self, client, run_ids, seconds)

    async def begin(self, wait: Wait) -> None:
        """A wait begins: those for the same runs were given up, one beside others is not alone."""
        wait.began = self._clock()
        present = self._clients[wait.client]
        for run_id in wait.runs:
            if (earlier := present.by_run.get(run_id)) is not None:
                earlier.given_up = True
                self._leave(earlier)
                await self._note_cut(earlier)
        wait.alone = not present.waits
        if present.waits == 1:
            next(iter(present.by_run.values())).alone = False
        present.waits += 1
        present.by_run |= dict.fromkeys(wait.runs, wait)

    async def end(self, wait: Wait, *, is_cut: bool, is_answered: bool) -> None:
        """A wait is over: cut off by the client, answered, or failed."""
        if wait.given_up:
            return
        self._leave(wait)
        if is_cut:
            await self._note_cut(wait)
        elif is_answered and wait.alone and self._clock() - wait.began >= wait.seconds > 0:
            await self._learn(wait.client, partial(after_full_wait, seconds=wait.seconds))

    def _leave(self, wait: Wait) -> None:
        present = self._clients[wait.client]
        present.waits -= 1
        for run_id in wait.runs:
            if present.by_run.get(run_id) is wait:
                del present.by_run[run_id]

    async def _note_cut(self, wait: Wait) -> None:
        seconds = self._clock() - wait.began
        for run_id in wait.runs:
            self._cuts.setdefault(run_id, []).append(seconds)
        while len(self._cuts) > MOST_RUNS:
            del self._cuts[next(iter(self._cuts))]
        if wait.alone:
            await self._learn(wait.client, partial(after_cut, seconds=seconds))

    async def _known(self, client: str) -> Patience:
        """What is known of a client; other processes learn too."""
        present, now = self._clients[client], self._clock()
        if now - present.read_at >= BELIEVED_SECONDS:
            present.read_at = now
            kept = await to_thread.run_sync(self._memory.client, client)
            present.known = present.known if kept is None else read_patience(kept)
        return present.known

    async def _learn(self, client: str, lesson: Callable[[Patience], Patience]) -> None:
        """Take a lesson on top of what this process and others know."""
        known = await self._known(client)
        if lesson(known) == known:
            return
        kept = await to_thread.run_sync(
            self._memory.change_client, client, lambda text: taken(text, lesson)
        )
        self._clients[client].known = lesson(known) if kept is None else read_patience(kept)


def taken(kept: str | None, lesson: Callable[[Patience], Patience]) -> str:
    """What is kept once a lesson was taken."""
    return json.dumps(asdict(lesson(read_patience(kept))))


def read_patience(kept: str | None) -> Patience:
    """What was kept; nothing is known where it cannot be read."""
    try:
        found = json.loads(kept or "{}")
        return Patience(
            cuts=tuple(map(float, found.get("cuts", ()))),
            limit=None if found.get("limit") is None else float(found["limit"]),
            in_full=int(found.get("in_full", 0)),
        )
    except (ValueError, TypeError, AttributeError):
        return Patience()
