"""The waits that are going on, so that a client which cuts them off teaches its limit."""

import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
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


@dataclass(eq=False)
class _Wait:
    """One call that waits. `alone`: no other wait of the client ran beside it."""

    began: float
    runs: tuple[str, ...]
    alone: bool = True
    given_up: bool = False


@dataclass
class _Client:
    """A client's waits, and what is known of it; None: not yet read from memory."""

    waits: list[_Wait] = field(default_factory=list)
    known: Patience | None = None


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

    @asynccontextmanager
    async def waiting(
        self, client: str, run_ids: tuple[str, ...], *, seconds: float
    ) -> AsyncIterator[None]:
        """One wait: whether it is cut off or lasts its window is learned at its end."""
        present = self._clients[client]
        wait = _Wait(self._clock(), run_ids)
        await self._note_given_up(client, wait)
        if present.waits:
            wait.alone = False
            for other in present.waits:
                other.alone = False
        present.waits.append(wait)
        try:
            yield
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self._note_cut(client, wait)
            raise
        finally:
            present.waits.remove(wait)
        if self._clock() - wait.began >= seconds > 0 and wait.alone:
            await self._learn(client, after_full_wait(await self._known(client), seconds))

    async def _note_given_up(self, client: str, fresh: _Wait) -> None:
        """The same run asked for again while a wait for it goes on: that one was given up."""
        for wait in self._clients[client].waits:
            if not wait.given_up and set(wait.runs) & set(fresh.runs):
                await self._note_cut(client, wait)

    async def _note_cut(self, client: str, wait: _Wait) -> None:
        if wait.given_up:
            return
        wait.given_up = True
        seconds = self._clock() - wait.began
        for run_id in wait.runs:
            self._cuts.setdefault(run_id, []).append(seconds)
        while len(self._cuts) > MOST_RUNS:
            del self._cuts[next(iter(self._cuts))]
        if wait.alone:
            await self._learn(client, after_cut(await self._known(client), seconds))

    async def _known(self, client: str) -> Patience:
        present = self._clients[client]
        if present.known is None:
            kept = await to_thread.run_sync(self._memory.client, client)
            present.known = read_patience(kept)
        return present.known

    async def _learn(self, client: str, known: Patience) -> None:
        present = self._clients[client]
        if known != present.known:
            present.known = known
            text = json.dumps(asdict(known))
            await to_thread.run_sync(self._memory.remember_client, client, text)


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
