"""One paid run of a workflow: its values completed, priced, ready to be sent."""

from magica_mcp.models.priced_nodes import handed_by_request, priced_nodes
from magica_mcp.models.runs import StartRun
from magica_mcp.models.values import Values
from magica_mcp.models.workflows import request_fields
from magica_mcp.server.fates import START_RUN
from magica_mcp.server.resolving import ChosenWorkflow
from magica_mcp.server.sightings import WorkflowTrace
from magica_mcp.server.spending import Order
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.wishes import Wish


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
