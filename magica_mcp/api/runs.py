"""Runs of workflows and of single models: start, look, list, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from pydantic import JsonValue

from magica_mcp.api.cache import Cache
from magica_mcp.api.line import Line
from magica_mcp.api.paging import page_query, without_absent
from magica_mcp.api.quota import Quota
from magica_mcp.api.reading import answer_as, page_in, page_of, shaped
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.errors import ApiError, NotFoundError, UnreadableAnswerError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.runs import (
    ModelRun,
    Run,
    StartedRun,
    StartModelRun,
    StartRun,
    WorkflowRun,
)
from magica_mcp.models.wire import JsonObject, Page

KNOWN_RUNS = 2_000
"""For how many runs it is remembered what they are."""

WAIT_GRACE = 30.0
"""Seconds that an answer may take beyond the wait that was asked for."""


class RunKind(Enum):
    """Which of the two kinds of run an id belongs to."""

    WORKFLOW = "workflow"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What is known of a run without asking."""

    kind: RunKind
    names: tuple[str, ...] = ()
    """What runs like it have in common, the closest first: its mode, its node type, its workflow.

    Durations are learned under each of them."""
    started_at: float | None = None
    """When this client started it, by its clock."""


@lru_cache(maxsize=64)
def _known(kind: RunKind, names: tuple[str, ...]) -> KnownRun:
    """The same value for all runs of which no more is known."""
    return KnownRun(kind, names)


def accepted(run_id: str, known: KnownRun) -> Run:
    """A run as it was when its start was answered."""
    if known.kind is RunKind.MODEL:
        return ModelRun(run_id=run_id, status=RunStatus.QUEUED, node_type=known.names[-1])
    return WorkflowRun(run_id=run_id, status=RunStatus.QUEUED, workflow_id=known.names[0])


def names_of(run: Run) -> tuple[str, ...]:
    """The names of a run's kind, as in `KnownRun`."""
    if isinstance(run, ModelRun):
        return tuple(filter(None, (run.sub_model_id, run.node_type)))
    return (run.workflow_id or "workflow",)


class RunCalls:
    """Everything about runs; only the two starts are paid.

    `wait` lets Magica itself wait for the end for so many seconds: only where `longest_wait`
    says that it can.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: Cache[str, KnownRun] = Cache(clock=line.clock, limit=KNOWN_RUNS)

    @property
    def longest_wait(self) -> float | None:
        """For how many seconds Magica waits for a run itself; None: it never said so."""
        return self._line.transport.longest_wait

    @property
    def was_understood(self) -> bool:
        """Whether Magica ever answered as Magica does, so that its address is known to be right."""
        return self._line.transport.was_understood

    def quota(self) -> Quota | None:
        """What is left of the key's minute and day; None where nothing is limited."""
        return self._line.transport.budget.quota()

    def known_run(self, run_id: str) -> KnownRun | None:
        """What is known of a run that this client started or saw."""
        return self._known.get(run_id)

    async def start_run(self, ask: StartRun) -> StartedRun:
        """Start a workflow; it is charged. Never sent twice.

        Raises:
            OutcomeUnknownError: it may have been accepted.
        """
        known = KnownRun(RunKind.WORKFLOW, (ask.workflow_id,), self._line.clock())
        subject = Subject("workflow", ask.workflow_id)
        return await self._start("v1/runs", ask.wire(), known, subject)

    async def start_model_run(self, node_type: str, ask: StartModelRun) -> StartedRun:
        """Start a single model; it is charged. Never sent twice.

        Raises:
            OutcomeUnknownError: it may have been accepted.
        """
        path = f"v1/nodes/{segment(node_type)}/run"
        names = tuple(filter(None, (ask.sub_model_id, node_type)))
        known = KnownRun(RunKind.MODEL, names, self._line.clock())
        return await self._start(path, ask.wire(), known, Subject("model", node_type))

    async def get_run(self, run_id: str, *, wait: float = 0) -> WorkflowRun:
        """A run of a workflow, with its nodes."""
        call = _look(
            "GET",
            f"v1/runs/{segment(run_id)}",
            query={"inDetails": True},
            subject=Subject("run", run_id),
            wait=wait,
        )
        run = await self._line.transport.ask(call, answer_as(WorkflowRun))
        self._keep(run_id, run, RunKind.WORKFLOW)
        return run

    async def get_runs(self, ids: Sequence[str], *, wait: float = 0) -> tuple[WorkflowRun, ...]:
        """Several runs of workflows at once; those that Magica does not know are left out.

        With `wait` the answer comes as soon as one of them is over, and holds only those that are.
        """
        if not ids:
            return ()
        call = _look("POST", "v1/runs/batch", body={"ids": list(ids)}, wait=wait)
        runs = (await self._line.transport.ask(call, page_of(WorkflowRun))).items
        for run in runs:
            self._keep(run.run_id, run, RunKind.WORKFLOW)
        return runs

    async def get_model_run(self, run_id: str, *, wait: float = 0) -> ModelRun:
        """A run of a single model."""
        path = f"v1/nodes/runs/{segment(run_id)}"
        call = _look("GET", path, subject=Subject("run", run_id), wait=wait)
        run = await self._line.transport.ask(call, answer_as(ModelRun))
        self._keep(run_id, run, RunKind.MODEL)
        return run

    async def find_run(self, run_id: str, *, wait: float = 0) -> Run:
        """A run of either kind, whichever it turns out to be.

        Raises:
            NotFoundError: it is neither.
        """
        known = self._known.get(run_id)
        if known is not None and known.kind is RunKind.MODEL:
            return await self.get_model_run(run_id, wait=wait)
        try:
            return await self.get_run(run_id, wait=wait)
        except NotFoundError:
            if known is not None:
                raise
        return await self.get_model_run(run_id, wait=wait)

    async def list_runs(
        self,
        *,
        workflow_id: str | None = None,
        status: RunStatus | None = None,
        search: str | None = None,
        page: int = 1,
        page_size: int = 20,
        cursor: str | None = None,
    ) -> Page[WorkflowRun]:
        """One page of the account's runs of workflows, newest first."""
        filters = {"workflowId": workflow_id, "status": status and status.value, "search": search}
        where = page_query(page=page, page_size=page_size, cursor=cursor)
        return await self._line.operations.ask(
            "list_runs",
            without_absent({**filters, **where}),
            lambda value: page_in(value, WorkflowRun),
        )

    async def list_model_runs(self, *, page_size: int = 50) -> tuple[ModelRun, ...] | None:
        """The latest runs of single models; None where Magica lists none.

        Only local Magica is known to: nothing documents such a listing (magica-contract 2.0).
        """
        query = page_query(page=1, page_size=page_size)
        try:
            call = Call("GET", "v1/nodes/runs", query=query)
            return (await self._line.transport.ask(call, page_of(ModelRun))).items
        except ApiError as error:
            if error.status in {404, 405} or isinstance(error, UnreadableAnswerError):
                return None
            raise

    async def cancel_run(self, run_id: str) -> WorkflowRun:
        """Cancel a run of a workflow; one that is over stays as it is."""
        answer: JsonValue = await self._line.operations.ask(
            "cancel_run", {"runId": run_id}, lambda value: value, subject=Subject("run", run_id)
        )
        try:
            return shaped(answer, WorkflowRun)
        except UnreadableAnswerError:
            return await self.get_run(run_id)

    async def _start(
        self, path: str, body: JsonObject, known: KnownRun, subject: Subject
    ) -> StartedRun:
        call = Call("POST", path, Effect.START, body=body, subject=subject)
        started = await self._line.transport.ask(call, answer_as(StartedRun))
        self._known.keep(started.run_id, known)
        return started

    def _keep(self, run_id: str, run: Run, kind: RunKind) -> None:
        """Remember what a run is, unless that is known: a start knows more."""
        known = self._known.get(run_id)
        if known is None or known.kind is not kind:
            self._known.keep(run_id, _known(kind, names_of(run)))


def _look(
    method: str,
    path: str,
    *,
    query: JsonObject | None = None,
    body: JsonValue = None,
    subject: Subject | None = None,
    wait: float,
) -> Call:
    """A read of how a run is, for which Magica may wait by itself."""
    waiting: JsonObject = {"wait": round(wait, 1)} if wait > 0 else {}
    return Call(
        method,
        path,
        query={**(query or {}), **waiting},
        body=body,
        subject=subject,
        seconds=wait + WAIT_GRACE if wait > 0 else None,
        is_look=True,
    )
