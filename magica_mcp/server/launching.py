"""One paid run of a workflow: its values completed, priced, ready to be sent."""

from dataclasses import dataclass

from magica_mcp import names
from magica_mcp.models.priced_nodes import handed_by_request, priced_nodes
from magica_mcp.models.runs import StartRun
from magica_mcp.models.values import UnderstoodValues, Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField, request_fields
from magica_mcp.server.fates import START_RUN
from magica_mcp.server.media_inputs import MediaInputs
from magica_mcp.server.resolving import ChosenWorkflow, resolve_workflow
from magica_mcp.server.sightings import WorkflowTrace
from magica_mcp.server.spending import Order
from magica_mcp.server.values import values_for
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.wishes import Wish


@dataclass(frozen=True)
class Launch:
    """A workflow that is to be run. `understood` None: its values are still missing."""

    chosen: ChosenWorkflow
    fields: tuple[RequestField, ...]
    understood: UnderstoodValues | None
    estimate: int | None


async def launch_of(workspace: Workspace, workflow_id: str, given: JsonObject) -> Launch:
    """What a call asks for, priced. Nothing is started.

    Raises:
        NameNotFoundError: nothing is called that.
        AmbiguousNameError: several are, and values were given.
        InvalidInputError: a value that does not fit.
    """
    chosen = await resolve_workflow(workspace.client, workflow_id, at_a_glance=True)
    fields = request_fields(chosen.graph) if chosen.graph else ()
    if (fields or chosen.graph is None) and not given:
        return Launch(chosen, fields, None, await estimate_of(workspace, chosen, {}))
    if chosen.resolution is not None:
        names.require_certain(chosen.resolution)
    understood = await values_for(chosen, fields, given, media=MediaInputs(workspace))
    estimate = await estimate_of(workspace, chosen, understood.values)
    return Launch(chosen, fields, understood, estimate)


async def estimate_of(workspace: Workspace, chosen: ChosenWorkflow, values: Values) -> int | None:
    """Microcredits, or None where the graph cannot be read."""
    if chosen.graph is None:
        return None
    nodes = priced_nodes(chosen.graph, values=values)
    return (await workspace.client.estimate_workflow(nodes)).total if nodes else 0


def order_of_workflow(
    workspace: Workspace, chosen: ChosenWorkflow, values: Values, *, estimate: int | None
) -> Order:
    """A run of a workflow as a paid request."""
    ask = StartRun(workflow_id=chosen.id, values=values or None, source="mcp")
    return Order(
        wish=Wish(
            account=workspace.account,
            tool=START_RUN,
            what=chosen.id,
            arguments={"workflowId": chosen.id, "values": _completed(chosen, values)},
            estimate=estimate,
        ),
        send=lambda: workspace.client.start_run(ask),
        trace=_trace_of(chosen, values),
    )


def _completed(chosen: ChosenWorkflow, values: Values) -> Values:
    """The values with the default of every field that was left out."""
    completed: Values = {node_id: dict(given) for node_id, given in values.items()}
    for field in request_fields(chosen.graph) if chosen.graph else ():
        completed.setdefault(field.node_id, {}).setdefault(field.field_id, field.default)
    return completed


def _trace_of(chosen: ChosenWorkflow, values: Values) -> WorkflowTrace:
    graph, names = chosen.graph, {chosen.id}
    if chosen.resolution is not None and chosen.resolution.best.candidate.slug:
        names.add(chosen.name)  # a run of a template may be listed under an id that we do not know
    if graph is not None:
        names.add(graph.id)
    return WorkflowTrace(
        ids=frozenset(names),
        values={node_id: dict(given) for node_id, given in values.items()},
        handed=None if graph is None else handed_by_request(graph, values),
    )
