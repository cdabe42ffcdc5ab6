"""Every paid request goes through here: written down before it is sent, completed after."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from anyio import to_thread

from magica_mcp.api.runs import names_of
from magica_mcp.errors import OutcomeUnknownError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import ModelRun, Run, StartedRun, charge_of
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.journal import request_key


async def spend(
    workspace: Workspace,
    send: Callable[[], Awaitable[StartedRun]],
    *,
    tool: str,
    what: str,
    arguments: JsonObject,
    estimate: int | None,
) -> StartedRun:
    """Send a paid request with its entry in the journal. `estimate` is in microcredits."""
    journal = workspace.journal
    key = request_key(workspace.account, tool, arguments)
    entry = await to_thread.run_sync(
        lambda: journal.intend(key, tool=tool, what=what, estimate=estimate)
    )
    try:
        started = await send()
    except OutcomeUnknownError:
        raise  # the entry stays open: whether it was accepted is not known
    except Exception:
        await to_thread.run_sync(lambda: journal.refused(entry))
        raise
    await to_thread.run_sync(lambda: journal.started(entry, run_id=started.run_id))
    return started


async def settle(workspace: Workspace, run: Run) -> int | None:
    """Note what a finished run came to and how long it took; return what it was estimated at."""
    journal, memory, charge = workspace.journal, workspace.memory, charge_of(run)

    def note() -> int | None:
        is_news = charge is not None and journal.charged(run.run_id, microcredits=charge)
        seconds = seconds_of(run)
        if is_news and seconds is not None and run.status is RunStatus.COMPLETED:
            for kind in names_of(run)[:1]:
                memory.remember_duration(kind, seconds)
        entry = journal.of_run(run.run_id)
        return entry.estimate if entry else None

    return await to_thread.run_sync(note)


def seconds_of(run: Run) -> float | None:
    """How long a run took, where both ends are known."""
    began = run.created_at if isinstance(run, ModelRun) else run.started_at or run.created_at
    if began is None or run.finished_at is None:
        return None
    try:
        lasted = datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(began)
    except (ValueError, TypeError):
        return None
    return max(0.0, lasted.total_seconds())
