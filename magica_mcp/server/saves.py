"""The saves that go on: one for each run, whichever calls wait for it.

A save outlives the call that asked for it, since clients cut calls off; its parent is the server.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from magica_mcp.errors import MagicaError
from magica_mcp.media.parts import beside
from magica_mcp.media.places import Place
from magica_mcp.media.register import Register, SavedFile
from magica_mcp.models.runs import Run
from magica_mcp.server.keeping import Item, Keeper, items_of
from magica_mcp.server.origins import Origin, version_of

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

Told = TypeVar("Told")

logger = logging.getLogger(__name__)

NOTHING_TO_SAVE = "The result holds no file and no text, so nothing was saved."


@dataclass(frozen=True)
class Saving:
    """What became of a wish: `under_way` are the bytes so far of a save that still goes on."""

    files: tuple[SavedFile, ...] = ()
    is_news: bool = False
    problem: str | None = None
    under_way: int | None = None
    promised: Path | None = None
    """Where it will be, of a run that is not over."""
    not_in: Path | None = None
    """Where it was wished for, though it is saved elsewhere already."""


@dataclass(frozen=True)
class Work:
    """What a save is to do; the estimate is in microcredits."""

    run: Run
    place: Place
    estimate: int | None
    with_text: bool
    """Words are saved where somebody asked for this very run."""


@dataclass
class _Job:
    """The save of one run, which several calls may wait for."""

    done: anyio.Event = field(default_factory=anyio.Event)
    written: int = 0
    outcome: Saving = Saving()

    async def wait(self, seconds: float) -> Saving:
        with anyio.move_on_after(max(seconds, 0.0)):
            await self.done.wait()
        return self.outcome if self.done.is_set() else Saving(under_way=self.written)


class Saves:
    """The saves of one account; `tasks` outlives every call."""

    def __init__(
        self,
        client: "MagicaClient",
        register: Register,
        *,
        account: str,
        tasks: TaskGroup,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._register = client, register
        self._account, self._tasks, self._now = account, tasks, now
        self._jobs: dict[str, _Job] = {}

    async def result(self, work: Work, *, seconds: float) -> Saving:
        """Save a run, or join in waiting where that goes on already; so many seconds at most."""
        run_id = work.run.run_id
        job = self._jobs.get(run_id)
        if job is None:
            job = self._jobs[run_id] = _Job()
            self._tasks.start_soon(self._carry_out, job, work)
        return await job.wait(seconds)

    async def known(self, run_id: str, *, seconds: float) -> Saving | None:
        """What was saved of a run, or is being saved just now; None: nothing."""
        job = self._jobs.get(run_id)
        if job is not None:
            return await job.wait(seconds)
        files = await to_thread.run_sync(self._there, run_id)
        return Saving(_in_order(files)) if files else None

    async def _carry_out(self, job: _Job, work: Work) -> None:
        try:
            job.outcome = await self._saved(job, work)
        except MagicaError as error:
            job.outcome = Saving(problem=str(error))
        except Exception:  # the outermost loop of a save: it must not end the server
            logger.exception("saving %s failed unexpectedly", work.run.run_id)
            job.outcome = Saving(problem="Saving failed inside magica-mcp itself: a bug of ours.")
        finally:
            del self._jobs[work.run.run_id]
            job.done.set()

    async def _saved(self, job: _Job, work: Work) -> Saving:
        run, items = work.run, items_of(work.run, with_text=work.with_text)
        if not items:
            return Saving(problem=NOTHING_TO_SAVE if work.with_text else None)
        nothing: dict[int, SavedFile] = {}
        files = await self._told(partial(self._there, run.run_id), otherwise=nothing)
        missing = [item for item in items if item.number not in files]
        problems: list[str] = []
        if missing:
            keeper = await self._keeper(job, work, of=len(items))
            for item in missing:
                try:
                    files[item.number] = await self._kept(keeper, item)
                except MagicaError as error:
                    problems.append(str(error))
        if not problems:
            fulfilled = partial(self._register.fulfilled, self._account, run.run_id)
            await self._told(fulfilled, otherwise=None)
        return Saving(_in_order(files), is_news=bool(missing), problem=next(iter(problems), None))

    async def _keeper(self, job: _Job, work: Work, *, of: int) -> Keeper:
        run = work.run
        origin = Origin(
            run,
            account=self._account,
            request=await self._told(
                partial(self._register.request, self._account, run.run_id), otherwise=None
            ),
            estimate=work.estimate,
            workflow=await version_of(self._client, run),
        )

        def poured(size: int) -> None:
            job.written = size

        return Keeper(
            self._client,
            origin,
            work.place,
            of=of,
            now=lambda: self._now().isoformat(timespec="milliseconds"),
            poured=poured,
        )

    async def _kept(self, keeper: Keeper, item: Item) -> SavedFile:
        """The file of an item; where another process was faster, that one's."""
        run_id = keeper.origin.run.run_id
        file, _is_new = await keeper.keep(item)
        entered = await self._told(
            partial(self._register.save, self._account, run_id, file), otherwise=file
        )
        if entered.path != file.path and entered.path.is_file():
            await to_thread.run_sync(_remove, file.path)
        return entered

    async def _told(self, ask: Callable[[], Told], *, otherwise: Told) -> Told:
        """What the register says; one that cannot be used is no reason not to save."""
        try:
            return await to_thread.run_sync(ask)
        except MagicaError:
            return otherwise

    def _there(self, run_id: str) -> dict[int, SavedFile]:
        """What was saved of a run and is still where it was, by number."""
        files: dict[int, SavedFile] = {}
        for file in self._register.saved(self._account, run_id):
            if file.path.is_file() and file.path.stat().st_size == file.bytes:
                files[file.number] = file
            else:
                self._register.gone(self._account, run_id, file)
        return files


def _in_order(files: dict[int, SavedFile]) -> tuple[SavedFile, ...]:
    return tuple(files[number] for number in sorted(files))


def _remove(file: Path) -> None:
    """A saved file that is one too many, with what stands beside it."""
    for path in (beside(file), file):
        path.unlink(missing_ok=True)
