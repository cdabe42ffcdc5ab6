"""What is noted of a run that is over: what it came to, and how long it took."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from anyio import to_thread

from magica_mcp.api.runs import names_of
from magica_mcp.errors import JournalError
from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.models.runs import ModelRun, Run, charge_of
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.entries import Entry, State

if TYPE_CHECKING:
    from magica_mcp.spend.journal import Journal


async def settle(workspace: Workspace, run: Run) -> int | None:
    """Note what a finished run came to and how long it took; return what it was estimated at.

    A journal that cannot be used is no reason not to read a result.
    """
    known = workspace.client.known_run(run.run_id)

    def note() -> int | None:
        try:
            is_news, entry = _settled(workspace.journal, run, account=workspace.account)
        except JournalError:
            return None
        if is_news and run.status is RunStatus.COMPLETED:
            for kind, seconds in durations_of(run, known.names if known else ()):
                workspace.memory.remember_duration(kind, seconds)
        return entry.estimate if entry else None

    return await to_thread.run_sync(note)


def _settled(journal: "Journal", run: Run, *, account: str) -> tuple[bool, Entry | None]:
    is_news = journal.settle(
        run.run_id,
        account=account,
        state=State(run.status.value),
        charge=charge_of(run),
        finished_at=moment_in(run.finished_at),
    )
    return is_news, journal.of_run(run.run_id, account=account)


def durations_of(run: Run, known: Sequence[str] = ()) -> Iterator[tuple[str, float]]:
    """Kinds and how long one of each took: the run's by all of its names, and its nodes' types.

    `known` are the names that it was started by: a template's slug may not be in the answer.
    """
    if (seconds := seconds_of(run)) is not None:
        for kind in dict.fromkeys((*known, *names_of(run))):
            yield kind, seconds
    for node in () if isinstance(run, ModelRun) else run.nodes:
        seconds = seconds_between(node.started_at, node.finished_at)
        if node.node_type and seconds is not None and node.status is NodeStatus.COMPLETED:
            yield node.node_type, seconds


def seconds_of(run: Run) -> float | None:
    """How long a run took, where both ends are known."""
    began = run.created_at if isinstance(run, ModelRun) else run.started_at or run.created_at
    return seconds_between(began, run.finished_at)


def seconds_between(began: str | None, ended: str | None) -> float | None:
    """The seconds between two ISO texts, where both name a moment."""
    start, end = moment_in(began), moment_in(ended)
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())


def moment_in(text: str | None) -> datetime | None:
    """The moment that an ISO text names, where it names one with its time zone."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
