"""A saved result made once more: what it takes, what is not as it was, and whether it is the same.

It is paid for as everything is: written down first, within the budgets, agreed to by a person.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.lifecycle import is_over
from magica_mcp.graph.nodes import HIDDEN_INPUTS
from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.credits import credits_text
from magica_mcp.models.request_values import values_read_back
from magica_mcp.models.runs import Run
from magica_mcp.models.sidecars import MadeBy, Sidecar, WorkflowVersion
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.approving import Permit, gate_of
from magica_mcp.server.bills import Bill, bill_of_job, bill_of_launch
from magica_mcp.server.consent import Answer
from magica_mcp.server.generating import GENERATE, ModelJob, job_of
from magica_mcp.server.launching import Launch, launch_of
from magica_mcp.server.origins import account_told, graph_hash
from magica_mcp.server.render.calls import one_line
from magica_mcp.server.resolving import resolve_model
from magica_mcp.server.spending import Outcome, spend
from magica_mcp.server.workspace import Workspace

WATCHED_AT_ONCE = 720.0
"""Seconds of one wait; there is no end to how long a run may be waited for."""


@dataclass(frozen=True)
class Repetition:
    """A run to be made again: its price in microcredits, and in sentences what is not as it was."""

    bill: Bill
    price: int | None
    differences: tuple[str, ...]


async def repetition_of(workspace: Workspace, made: Sidecar) -> Repetition:
    """What it takes to make a result again; nothing is started.

    Raises:
        NameNotFoundError: its model or workflow is not offered any more.
        GoneError: likewise, as Magica says it.
        InvalidInputError: it takes other inputs now, or too little is known.
    """
    if made.model is not None:
        repetition = await _of_model(workspace, made, made.model)
    elif made.workflow is not None:
        repetition = await _of_workflow(workspace, made, made.workflow)
    else:
        raise InvalidInputError(f"What stands beside {made.file} names no model and no workflow.")
    told = (*_account(workspace, made), *repetition.differences, *_price(made, repetition.price))
    return Repetition(repetition.bill, repetition.price, (*told, *_seed(workspace, made)))


async def start(workspace: Workspace, repetition: Repetition) -> Outcome:
    """Start it, as somebody agreed to at its price.

    Raises:
        OverBudgetError: the budgets do not allow it.
        OutcomeUnknownError: whether it runs cannot be found out.
    """
    bill = repetition.bill
    (order,) = bill.orders
    gate = gate_of(workspace, bill, Permit(approval="", answer=Answer.AGREED))
    return await spend(workspace, order, again=bill.again, gate=gate)


async def finished(
    workspace: Workspace, run_id: str, *, on_change: Callable[[Run, float], Awaitable[None]]
) -> Run:
    """The run once it is over, however long that takes."""
    while True:
        run = await workspace.watcher.wait(run_id, seconds=WATCHED_AT_ONCE, on_change=on_change)
        if is_over(run.status):
            return run


# Models ---------------------------------------------------------------------------------------


async def _of_model(workspace: Workspace, made: Sidecar, model: MadeBy) -> Repetition:
    chosen = await resolve_model(workspace.client, model.sub_model_id or model.node_type)
    schema = await workspace.client.model_schema(chosen.id)
    given: JsonObject = {name: value for name, value in made.inputs.items() if value is not None}
    taken: JsonObject = {name: value for name, value in given.items() if _takes(schema, name)}
    job = await job_of(workspace, GENERATE, {"modelId": chosen.id, **taken})
    bill = bill_of_job(workspace, job, again=True)
    return Repetition(bill, job.estimate, tuple(_inputs(given, taken, job)))


def _takes(schema: ModelSchema, name: str) -> bool:
    return any(field.name == name for field in schema.fields)


def _inputs(given: JsonObject, taken: JsonObject, job: ModelJob) -> Iterator[str]:
    for name in given.keys() - taken.keys() - HIDDEN_INPUTS:
        yield f"The model does not take '{name}' any more; it was {one_line(given[name])}."
    for name, value in job.input.items():
        if name not in given:
            yield f"'{name}' was not given then; it is {one_line(value)} now."
        elif given[name] != value:
            yield f"'{name}' was {one_line(given[name])}; it is {one_line(value)} now."


# Workflows ------------------------------------------------------------------------------------


async def _of_workflow(workspace: Workspace, made: Sidecar, version: WorkflowVersion) -> Repetition:
    known = await launch_of(workspace, version.id, {})
    values, differences = made.values, list(_version(version, known))
    if values is None and known.chosen.graph is not None:
        values = values_read_back(known.chosen.graph, made.inputs)
        if known.fields:
            differences.append("Its values were read back from what its nodes were given.")
    launch = await launch_of(workspace, version.id, dict(values or {}))
    if launch.understood is None:
        raise InvalidInputError(
            f"It is not known with which values {version.name or version.id} made {made.file}. "
            "Start it anew with start_run."
        )
    bill = bill_of_launch(workspace, launch, again=True)
    return Repetition(bill, launch.estimate, tuple(differences))


def _version(then: WorkflowVersion, launch: Launch) -> Iterator[str]:
    graph = launch.chosen.graph
    if graph is None or then.graph_sha256 is None:
        yield "Whether the workflow is as it was cannot be told: its graph cannot be read."
    elif graph_hash(graph) != then.graph_sha256:
        when = f" (last change then: {then.updated_at})" if then.updated_at else ""
        yield f"The workflow was changed since{when}: its nodes, values or edges are others."


# What is not as it was ------------------------------------------------------------------------


def _account(workspace: Workspace, made: Sidecar) -> Iterator[str]:
    now = account_told(workspace.account)
    if now == made.account:
        return
    if "local" in {now, made.account}:
        then, other = ("local Magica", "hosted Magica")[:: 1 if made.account == "local" else -1]
        yield f"It was made by {then} and is repeated by {other}."
    else:
        yield "It was made with another account."


def _price(made: Sidecar, price: int | None) -> Iterator[str]:
    then = made.estimate if made.estimate is not None else made.charge
    if price is not None and then is not None and price != then:
        yield f"It costs {credits_text(price)} now; it cost {credits_text(then)} then."


def _seed(workspace: Workspace, made: Sidecar) -> Iterator[str]:
    """Without a seed nobody can expect the same; local previews get theirs from the prompt."""
    is_drawn_alike = made.is_preview and account_told(workspace.account) == "local"
    if made.seed is None and not is_drawn_alike:
        yield "No seed is known, so the result may be another one."
