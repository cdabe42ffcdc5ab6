"""What answers about workflows, their nodes and edges look like; see `bodies`."""

from pydantic import JsonValue

from magica_mcp.graph.ports import PortKind
from magica_mcp.local.routes.bodies import Body, Done, Moment, Paged
from magica_mcp.models.wire import JsonObject


class WorkflowRow(Body):
    id: str
    name: str
    description: str | None
    updated_at: Moment


class WorkflowPage(Paged):
    items: list[WorkflowRow]


class GraphNode(Body):
    id: str
    type: str
    position: dict[str, float] | None
    data: JsonObject


class GraphEdge(Body):
    id: str
    source: str
    source_handle: str | None
    target: str
    target_handle: str | None


class WorkflowGraph(Body):
    """A whole graph; a template has no times."""

    id: str
    name: str
    description: str | None
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    created_at: Moment | None
    updated_at: Moment | None


class WorkflowChanged(Body):
    id: str
    name: str
    description: str | None
    updated_at: Moment


class CreatedRequestField(Body):
    field_id: str
    name: str
    type: str
    value: JsonValue


class WorkflowCreated(Body):
    workflow_id: str
    name: str
    request_node_id: str
    response_node_id: str
    request_fields: list[CreatedRequestField]


class TemplateRow(Body):
    slug: str
    name: str
    id: str
    category: str
    node_type: str
    description: str = ""


class TemplateList(Body):
    items: list[TemplateRow]


class Point(Body):
    x: float
    y: float


class NodeAdded(Body):
    node_id: str
    type: str
    position: Point
    input_ports: list[str]
    output_ports: list[str]
    mode: str = ""
    inputs_set: list[str]


class NodeUpdated(Done):
    node_id: str
    inputs_set: list[str]


class PortKinds(Body):
    source: PortKind
    target: PortKind


class EdgeAdded(Body):
    edge_id: str
    source: str
    source_handle: str
    target: str
    target_handle: str
    data_types: PortKinds


class NodeTypePort(Body):
    handle: str
    type: PortKind
    required: bool
    multiple: bool
    max_items: int = 1
    modes: tuple[str, ...] = ()


class NodeTypeRow(Body):
    node_type: str
    name: str
    category: str
    description: str
    modes: list[JsonValue]
    inputs: list[NodeTypePort]
    outputs: list[NodeTypePort]


class NodeTypeList(Body):
    node_types: list[NodeTypeRow]
