"""Workflows made and edited: the workflow itself, its nodes and its edges.

Source: magica-contract 2.1 and 3.3.
"""

from pydantic import JsonValue

from magica_mcp.local.building import node_types
from magica_mcp.local.routes import workflow_bodies as bodies
from magica_mcp.local.routes.bodies import Done
from magica_mcp.local.routes.caller import Asking, Caller
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.shapes import node_type, said
from magica_mcp.local.workflow_desk import WorkflowDesk
from magica_mcp.models.building import (
    AddNode,
    ConnectNodes,
    CreateWorkflow,
    DisconnectNodes,
    UpdateNode,
    UpdateWorkflow,
)
from magica_mcp.models.wire import JsonObject

DONE: JsonObject = {"success": True}


class NewWorkflow(CreateWorkflow, defer_build=False):
    """A new workflow as clients send it."""


class NewDescription(UpdateWorkflow, defer_build=False):
    """A new name or description as clients send it."""


class NewNode(AddNode, defer_build=False):
    """A new node as clients send it."""


class NewInputs(UpdateNode, defer_build=False):
    """A node's new values as clients send them."""


class NewEdge(ConnectNodes, defer_build=False):
    """A new edge as clients send it."""


class OldEdge(DisconnectNodes, defer_build=False):
    """The edge to be removed, as clients send it."""


def desk_of(caller: Caller) -> WorkflowDesk:
    return WorkflowDesk(caller.magica, caller.account)


def create_workflow(caller: Asking, ask: NewWorkflow) -> JsonValue:
    return desk_of(caller).create(ask).wire()


def update_workflow(caller: Asking, workflow_id: str, ask: NewDescription) -> JsonValue:
    workflow = desk_of(caller).describe(workflow_id, ask).wire()
    return {key: workflow[key] for key in ("id", "name", "description", "updatedAt")}


def delete_workflow(caller: Asking, workflow_id: str) -> JsonValue:
    desk_of(caller).delete(workflow_id)
    return DONE


def add_node(caller: Asking, workflow_id: str, ask: NewNode) -> JsonValue:
    return said(desk_of(caller).add_node(workflow_id, ask))


def update_node(caller: Asking, workflow_id: str, node_id: str, ask: NewInputs) -> JsonValue:
    return updated_node(caller, workflow_id, node_id, ask.inputs)


def updated_node(caller: Caller, workflow_id: str, node_id: str, inputs: JsonObject) -> JsonObject:
    desk_of(caller).set_inputs(workflow_id, node_id, inputs)
    return {**DONE, "nodeId": node_id, "inputsSet": [*inputs]}


def delete_node(caller: Asking, workflow_id: str, node_id: str) -> JsonValue:
    desk_of(caller).delete_node(workflow_id, node_id)
    return DONE


def connect_nodes(caller: Asking, workflow_id: str, ask: NewEdge) -> JsonValue:
    return desk_of(caller).connect(workflow_id, ask).wire()


def delete_edge(caller: Asking, workflow_id: str, edge_id: str) -> JsonValue:
    return disconnected(caller, workflow_id, DisconnectNodes(edge_id=edge_id))


def disconnect_nodes(caller: Asking, workflow_id: str, ask: OldEdge) -> JsonValue:
    return disconnected(caller, workflow_id, ask)


def disconnected(caller: Caller, workflow_id: str, ask: DisconnectNodes) -> JsonObject:
    desk_of(caller).disconnect(workflow_id, ask)
    return DONE


def list_node_types(caller: Asking, category: str | None = None) -> JsonValue:
    return listed_node_types(caller, category=category)


def listed_node_types(caller: Caller, *, category: str | None) -> JsonObject:
    found = node_types(caller.magica.catalog, category=category)
    return {"nodeTypes": [node_type(each) for each in found]}


_WORKFLOW = "/v1/workflows/{workflow_id}"
_NODE, _EDGES = f"{_WORKFLOW}/nodes/{{node_id}}", f"{_WORKFLOW}/edges"

ENDPOINTS = (
    Endpoint("POST", "/v1/workflows", create_workflow, shows=bodies.WorkflowCreated),
    Endpoint("PATCH", _WORKFLOW, update_workflow, shows=bodies.WorkflowChanged, fails=(404,)),
    Endpoint("DELETE", _WORKFLOW, delete_workflow, attested=False, shows=Done, fails=(404,)),
    Endpoint("POST", f"{_WORKFLOW}/nodes", add_node, shows=bodies.NodeAdded, fails=(404,)),
    Endpoint("PATCH", _NODE, update_node, attested=False, shows=bodies.NodeUpdated, fails=(404,)),
    Endpoint("DELETE", _NODE, delete_node, attested=False, shows=Done, fails=(404,)),
    Endpoint("POST", _EDGES, connect_nodes, shows=bodies.EdgeAdded, fails=(404,)),
    Endpoint("DELETE", _EDGES, disconnect_nodes, attested=False, shows=Done, fails=(404,)),
    Endpoint(
        "DELETE",
        f"{_EDGES}/{{edge_id}}",
        delete_edge,
        attested=False,
        shows=Done,
        fails=(404,),
    ),
    Endpoint("GET", "/v1/node-types", list_node_types, attested=False, shows=bodies.NodeTypeList),
)
