"""Short ways to build workflows on the shipped catalog."""

from typing import Any

from pydantic import JsonValue

from magica_mcp.graph.graph import Graph
from magica_mcp.local.building import new_workflow, with_edge, with_node
from magica_mcp.local.catalog import load_catalog
from magica_mcp.models.building import AddNode, ConnectNodes, CreateWorkflow
from magica_mcp.models.graphs import graph_of
from magica_mcp.models.workflows import WireNode, Workflow

CATALOG = load_catalog()
REQUEST, RESPONSE = "node_17_request", "node_17_response"


def empty(*fields: tuple[str, str] | tuple[str, str, JsonValue]) -> Workflow:
    """A new workflow with Request fields of a name, a type and perhaps a value."""
    asked = [dict(zip(("name", "type", "value"), field, strict=False)) for field in fields]
    ask = CreateWorkflow.model_validate({"name": "Kite", "requestFields": asked})
    return new_workflow(ask, now_ms=17)[0]


def with_added(workflow: Workflow, node_id: str, node_type: str, **asked: Any) -> Workflow:
    ask = AddNode.model_validate({"nodeType": node_type, **asked})
    return with_node(workflow, ask, catalog=CATALOG, node_id=node_id)[0]


def connecting(path: str) -> ConnectNodes:
    """'a.output > b.prompt' as a request to connect."""
    (source, output), (target, into) = (end.strip().split(".") for end in path.split(">"))
    return ConnectNodes(
        source_node_id=source, source_handle=output, target_node_id=target, target_handle=into
    )


def with_connected(workflow: Workflow, *paths: str) -> Workflow:
    """Each path becomes an edge, called after the path."""
    for path in paths:
        workflow, _ = with_edge(workflow, connecting(path), catalog=CATALOG, edge_id=path)
    return workflow


def node_in(workflow: Workflow, node_id: str) -> WireNode:
    return next(node for node in workflow.nodes if node.id == node_id)


def place_of(workflow: Workflow, node_id: str) -> tuple[float, float] | None:
    position = node_in(workflow, node_id).position
    return (position["x"], position["y"]) if position else None


def graph_in(workflow: Workflow) -> Graph:
    return graph_of(workflow, ports_of=lambda kind, mode: CATALOG.ports(kind, sub_model_id=mode))
