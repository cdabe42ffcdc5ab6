"""When results are saved, and where: on a wish made at the start or at the end, or always.

Whatever goes wrong with it is told beside the result and never costs it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from anyio.abc import TaskGroup
from pydantic import Field

from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.media.parts import require_folder
from magica_mcp.media.places import Place, place_in
from magica_mcp.media.register import Register
from magica_mcp.models.runs import Run
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.saves import Saves, Saving, Work

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

SaveLater = Annotated[str, Field(description="As in get_run_status, which saves it.")]

NOTHING_STARTED = "Nothing was started and nothing was charged."
ROOT = "."
"""The wish for the folder of results itself, which `MAGICA_AUTO_SAVE` makes for every run."""


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
    ) -> None:
        self._register, self._root, self._account = register, root, account
        self._saves = Saves(client, register, account=account, tasks=saves)
        self._saves_all = saves_all

    async def require_place(self, wish: str) -> None:
        """Make sure that a wish can be granted, before anything is paid for; '' wishes nothing.

        Raises:
            InvalidInputError: it leads out of the folder of results.
            ConfigurationError: nothing can be written there.
        """
        if not wish.strip():
            return
        try:
            await to_thread.run_sync(lambda: require_folder(place_in(self._root, wish).folder))
        except MagicaError as error:
            raise type(error)(f"{error} {NOTHING_STARTED}") from error

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
            wanted = wish or await self._wished(run)
            if wanted and run.status is not RunStatus.COMPLETED:
                await self._nothing_left(run)
            if run.status is not RunStatus.COMPLETED:
                return None
            if not wanted and not self._saves_all:
                return await self._saves.known(run.run_id, seconds=seconds)
            place = await to_thread.run_sync(place_in, self._root, wanted or ROOT)
        except MagicaError as error:
            return Saving(problem=str(error))
        if wish:
            with suppress(MagicaError):  # it only matters should this server end meanwhile
                await self._remember(run.run_id, wish)
        work = Work(run, place, estimate, with_text=wanted is not None)
        saving = await self._saves.result(work, seconds=seconds)
        return replace(saving, not_in=_missed(saving, place) if wish else None)

    async def _wished(self, run: Run) -> str | None:
        return await to_thread.run_sync(self._register.wished, self._account, run.run_id)

    async def _promised(self, run: Run, wish: str | None) -> Saving | None:
        if wish is None:
            return None
        place = await to_thread.run_sync(place_in, self._root, wish)
        await self._remember(run.run_id, wish)
        return Saving(promised=place.folder)

    async def _remember(self, run_id: str, wish: str) -> None:
        await to_thread.run_sync(self._register.wish, self._account, run_id, wish)

    async def _nothing_left(self, run: Run) -> None:
        """The wish is over with the run, which made nothing."""
        await to_thread.run_sync(self._register.fulfilled, self._account, run.run_id)


def _missed(saving: Saving, place: Place) -> Path | None:
    """The folder of a wish, where everything is in another one already."""
    is_there = any(file.path.parent == place.folder for file in saving.files)
    return None if saving.is_news or is_there or not saving.files else place.folder
