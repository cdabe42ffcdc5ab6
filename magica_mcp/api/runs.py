"""Runs of workflows and of single models: start, look, list, cancel."""

from collections.abc import Sequence
from enum import Enum

from pydantic import JsonValue

from magica_mcp.api.cache import Cache
from magica_mcp.api.line import Line
from magica_mcp.api.paging import page_query, without_absent
from magica_mcp.api.reading import answer_as, page_in, page_of, shaped
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.errors import NotFoundError, UnreadableAnswerError
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
"""For how many runs it is remembered which kind they are."""


class RunKind(Enum):
    """Which of the two kinds of run an id belongs to."""

    WORKFLOW = "workflow"
    MODEL = "model"


class RunCalls:
    """Everything about runs; only the two starts are paid."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._kinds: Cache[str, RunKind] = Cache(clock=line.clock, limit=KNOWN_RUNS)

    async def start_run(self, ask: StartRun) -> StartedRun:
        """Start a workflow; it is charged. Never sent twice.

        Raises:
            OutcomeUnknownError: it may have been accepted.
        """
        subject = Subject("workflow", ask.workflow_id)
        return await self._start("v1/runs", ask.wire(), RunKind.WORKFLOW, subject)

    async def start_model_run(self, node_type: str, ask: StartModelRun) -> StartedRun:
        """Start a single model; it is charged. Never sent twice.

        Raises:
            OutcomeUnknownError: it may have been accepted.
        """
        path = f"v1/nodes/{segment(node_type)}/run"
        return await self._start(path, ask.wire(), RunKind.MODEL, Subject("model", node_type))

    async def get_run(self, run_id: str) -> WorkflowRun:
        """A run of a workflow, with its nodes."""
        call = Call(
            "GET",
            f"v1/runs/{segment(run_id)}",
            query={"inDetails": True},
            subject=Subject("run", run_id),
        )
        run = await self._line.transport.ask(call, answer_as(WorkflowRun))
        self._kinds.keep(run_id, RunKind.WORKFLOW)
        return run

    async def get_runs(self, ids: Sequence[str]) -> tuple[WorkflowRun, ...]:
        """Several runs of workflows at once; those that Magica does not know are left out."""
        if not ids:
            return ()
        call = Call("POST", "v1/runs/batch", body={"ids": list(ids)})
        runs = (await self._line.transport.ask(call, page_of(WorkflowRun))).items
        for run in runs:
            self._kinds.keep(run.run_id, RunKind.WORKFLOW)
        return runs

    async def get_model_run(self, run_id: str) -> ModelRun:
        """A run of a single model."""
        path = f"v1/nodes/runs/{segment(run_id)}"
        run = await self._line.get(path, ModelRun, subject=Subject("run", run_id))
        self._kinds.keep(run_id, RunKind.MODEL)
        return run

    async def find_run(self, run_id: str) -> Run:
        """A run of either kind, whichever it turns out to be.

        Raises:
            NotFoundError: it is neither.
        """
        kind = self._kinds.get(run_id)
        if kind is RunKind.MODEL:
            return await self.get_model_run(run_id)
        try:
            return await self.get_run(run_id)
        except NotFoundError:
            if kind is RunKind.WORKFLOW:
                raise
        return await self.get_model_run(run_id)

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
        self, path: str, body: JsonObject, kind: RunKind, subject: Subject
    ) -> StartedRun:
        call = Call("POST", path, Effect.START, body=body, subject=subject)
        started = await self._line.transport.ask(call, answer_as(StartedRun))
        self._kinds.keep(started.run_id, kind)
        return started
