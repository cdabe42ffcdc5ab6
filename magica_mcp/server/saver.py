"""When results are saved, and where: on a wish made at the start or at the end, or always.

A save outlives the call that asked for it, since clients cut calls off; its parent is the server.
Whatever goes wrong with it is told beside the result and never costs it.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.media.parts import beside, require_folder
from magica_mcp.media.places import Place, place_in
from magica_mcp.media.register import Register, SavedFile
from magica_mcp.models.runs import Run
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.keeping import Item, Keeper, items_of
from magica_mcp.server.origins import Origin, version_of

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

logger = logging.getLogger(__name__)

ROOT = "."
"""The wish for the folder of results itself, which `MAGICA_AUTO_SAVE` makes for every run."""
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


@dataclass
class _Job:
    """The save of one run, which several calls may wait for."""

    done: anyio.Event = field(default_factory=anyio.Event)
    written: int = 0
    outcome: Saving = Saving()


class Saver:
    """Saves the results of one account below one folder; `saves` outlives every call."""

    def __init__(
        self,
        client: "MagicaClient",
        register: Register,
        *,
        root: Path,
        account: str,
        saves: TaskGroup,
        saves_all: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._register, self._root = client, register, root
        self._account, self._saves, self._now = account, saves, now
        self.saves_all = saves_all
        self._jobs: dict[str, _Job] = {}

    async def require_place(self, wish: str) -> None:
        """Make sure that a wish can be granted, before anything is paid for; '' wishes nothing.

        Raises:
            InvalidInputError: it leads out of the folder of results.
            ConfigurationError: nothing can be written there.
        """
        if wish.strip():
            await to_thread.run_sync(lambda: require_folder(place_in(self._root, wish).folder))

    async def promise(self, run_ids: Sequence[str], wish: str) -> list[str]:
        """Remember where results are wanted, for whichever process sees the runs end.

        The lines tell of it; never raises, since the runs are paid for.
        """
        if not wish.strip() or not run_ids:
            return []
        try:
            for run_id in run_ids:
                await self._remember(run_id, wish.strip())
            place = await to_thread.run_sync(place_in, self._root, wish)
        except MagicaError as error:
            return [f"That it is to be saved was not noted: {error}"]
        return [f"It will be saved in {place.folder} when get_run_status sees its end."]

    async def remember_request(self, run_id: str, request: JsonObject) -> None:
        """Keep what a run was started with; never raises, since the run is paid for."""
        with suppress(MagicaError):
            await to_thread.run_sync(
                self._register.remember_request, self._account, run_id, request
            )

    async def seen(
        self, run: Run, *, wish: str | None, estimate: int | None, seconds: float
    ) -> Saving | None:
        """Grant the wish for a run that was just looked at: this one, or one made before.

        Waits for the save as many seconds at most. None: nobody wishes anything. Never raises for
        what keeps a result from being saved.
        """
        try:
            if not is_over(run.status):
                return await self._promised(run, wish)
            wanted = wish or await to_thread.run_sync(
                self._register.wished, self._account, run.run_id
            )
            if wanted and run.status is not RunStatus.COMPLETED:
                await self._nothing_left(run)
            if run.status is not RunStatus.COMPLETED or not (wanted or self.saves_all):
                return None
            place = await to_thread.run_sync(place_in, self._root, wanted or ROOT)
        except MagicaError as error:
            return Saving(problem=str(error))
        work = _Work(run, place, estimate, with_text=wanted is not None)
        return await self._granted(work, seconds=seconds)

    async def _promised(self, run: Run, wish: str | None) -> Saving | None:
        if wish is None:
            return None
        place = await to_thread.run_sync(place_in, self._root, wish)
        await self._remember(run.run_id, wish)
        return Saving(promised=place.folder)

    async def _remember(self, run_id: str, wish: str) -> None:
        await to_thread.run_sync(self._register.wish, self._account, run_id, wish)

    async def _nothing_left(self, run: Run) -> None:
        await to_thread.run_sync(self._register.fulfilled, self._account, run.run_id)

    async def _granted(self, work: "_Work", *, seconds: float) -> Saving:
        run_id = work.run.run_id
        job = self._jobs.get(run_id)
        if job is None:
            job = self._jobs[run_id] = _Job()
            self._saves.start_soon(self._carry_out, job, work)
        with anyio.move_on_after(max(seconds, 0.0)):
            await job.done.wait()
        return job.outcome if job.done.is_set() else Saving(under_way=job.written)

    async def _carry_out(self, job: _Job, work: "_Work") -> None:
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

    async def _saved(self, job: _Job, work: "_Work") -> Saving:
        run, items = work.run, items_of(work.run, with_text=work.with_text)
        if not items:
            return Saving(problem=NOTHING_TO_SAVE if work.with_text else None)
        files = await to_thread.run_sync(self._there, run.run_id)
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
            await self._nothing_left(run)
        ordered = tuple(files[number] for number in sorted(files))
        return Saving(ordered, is_news=bool(missing), problem=next(iter(problems), None))

    async def _keeper(self, job: _Job, work: "_Work", *, of: int) -> Keeper:
        run = work.run
        origin = Origin(
            run,
            account=self._account,
            request=await to_thread.run_sync(self._register.request, self._account, run.run_id),
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
        try:
            entered = await to_thread.run_sync(self._register.save, self._account, run_id, file)
        except MagicaError:  # what stands beside the file says as much
            return file
        if entered.path != file.path and entered.path.is_file():
            await to_thread.run_sync(_remove, file.path)
        return entered

    def _there(self, run_id: str) -> dict[int, SavedFile]:
        """What was saved of a run and is still where it was, by number."""
        files: dict[int, SavedFile] = {}
        for file in self._register.saved(self._account, run_id):
            if file.path.is_file() and file.path.stat().st_size == file.bytes:
                files[file.number] = file
            else:
                self._register.gone(self._account, run_id, file)
        return files


@dataclass(frozen=True)
class _Work:
    """What a save is to do; the estimate is in microcredits."""

    run: Run
    place: Place
    estimate: int | None
    with_text: bool
    """Words are saved where somebody asked for this very run."""


def _remove(file: Path) -> None:
    """A saved file that is one too many, with what stands beside it."""
    for path in (beside(file), file):
        path.unlink(missing_ok=True)
