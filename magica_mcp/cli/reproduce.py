"""A saved result made once more at the terminal: priced, agreed to, saved beside, compared."""

import math
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import typer
from rich.console import Console

from magica_mcp.cli.connection import new_workspace
from magica_mcp.config import Settings, read_settings
from magica_mcp.errors import MagicaError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.media.naming import unnumbered
from magica_mcp.media.sidecars import sidecar_of_file
from magica_mcp.models.runs import Run
from magica_mcp.models.sidecars import Sidecar
from magica_mcp.server.progress import message
from magica_mcp.server.render import reproducing as text
from magica_mcp.server.render import runs as text_of_runs
from magica_mcp.server.render import saving as text_of_saving
from magica_mcp.server.reproducing import Repetition, finished, repetition_of, start
from magica_mcp.server.settling import settle
from magica_mcp.server.workspace import Workspace

NOTHING_STARTED = "Nothing was started and nothing was charged."


class NotReproducedError(MagicaError):
    """The run ended without what was to be made again."""

    code = "NOT_REPRODUCED"


def run_reproduce(file: Path, *, is_agreed: bool) -> None:
    """Make the result of a file again; `is_agreed`: its price needs no question.

    Raises:
        MagicaError: it cannot be made again; one sentence.
    """
    original, made = sidecar_of_file(file.expanduser().absolute())
    settings = read_settings(os.environ).model_copy(update={"output_dir": original.parent})
    if not anyio.run(_reproduced, settings, made, is_agreed):
        print(NOTHING_STARTED)
        raise typer.Exit(code=1)


async def _reproduced(settings: Settings, made: Sidecar, is_agreed: bool) -> bool:
    """Whether it was agreed to, and so was done."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    async with _workspace(settings) as workspace:
        repetition = await repetition_of(workspace, made)
        console.print(text.plan(made, repetition))
        if not (is_agreed or _agreed(repetition)):
            return False
        run = await _run(workspace, repetition, console)
        estimate = await settle(workspace, run)
        if run.status is not RunStatus.COMPLETED:
            raise NotReproducedError(text_of_runs.status(run, estimate=estimate))
        wish = _wish(made)
        saving = await workspace.saver.seen(run, wish=wish, estimate=estimate, seconds=math.inf)
        console.print("\n".join(text_of_saving.saved(saving, run_id=run.run_id)))
        console.print(text.likeness(made, saving.files if saving else ()))
        return True


def _wish(made: Sidecar) -> str:
    """The name of the old file, so that the new one stands beside it with the next number."""
    name = Path(made.file)
    return f"{unnumbered(name.stem, made.asset.number, of=made.asset.of)}{name.suffix}"


def _agreed(repetition: Repetition) -> bool:
    """What the person says; who cannot be asked has not agreed."""
    try:
        return typer.confirm(text.question(repetition))
    except typer.Abort:
        return False


async def _run(workspace: Workspace, repetition: Repetition, console: Console) -> Run:
    outcome = await start(workspace, repetition)
    if outcome.words:
        console.print(outcome.words)
    with console.status(f"Run {outcome.run_id}") as shown:

        async def changed(run: Run, elapsed: float) -> None:
            to_go = workspace.watcher.seconds_to_go(run.run_id)
            shown.update(message(run, elapsed, to_go=to_go))

        return await finished(workspace, outcome.run_id, on_change=changed)


@asynccontextmanager
async def _workspace(settings: Settings) -> AsyncIterator[Workspace]:
    async with AsyncExitStack() as opened, anyio.create_task_group() as saves:
        workspace, http = new_workspace(settings, saves=saves)
        opened.push_async_callback(http.aclose)
        opened.callback(workspace.journal.close)
        yield workspace
