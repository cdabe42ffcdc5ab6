"""Nodes and graphs that the tests of this folder build on."""

from magica_mcp.graph.edits import scaffold
from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole, request_node, response_node
from magica_mcp.graph.ports import NodePorts, Port, PortKind

LLM_PORTS = NodePorts(
    inputs=(
        Port("prompt", PortKind.TEXT, required=True),
        Port("image_urls", PortKind.IMAGE, multiple=True, max_items=2),
        Port("temperature", PortKind.NUMBER),
    ),
    outputs=(Port("output", PortKind.TEXT),),
)
IMAGE_PORTS = NodePorts(
    inputs=(Port("prompt", PortKind.TEXT), Port("size", PortKind.SELECT)),
    outputs=(Port("result", PortKind.IMAGE),),
)
MERGE_PORTS = NodePorts(
    inputs=(Port("video_urls", PortKind.VIDEO, multiple=True),),
    outputs=(Port("video_url", PortKind.VIDEO),),
)
REQUEST_FIELDS = {"topic": PortKind.TEXT, "clip": PortKind.AVMEDIA, "photo": PortKind.IMAGE}


def llm(node_id: str, **inputs: str) -> Node:
    return Node(node_id, "gpt_5_4", NodeRole.MODEL, LLM_PORTS, inputs)


def image(node_id: str) -> Node:
    return Node(node_id, "flux_2_pro", NodeRole.MODEL, IMAGE_PORTS)


def merge(node_id: str) -> Node:
    return Node(node_id, "merge_videos", NodeRole.MODEL, MERGE_PORTS)


def edge(path: str, edge_id: str | None = None) -> Edge:
    """'a.output > b.prompt' as an edge; its id is the path unless another is given."""
    (source, source_port), (target, target_port) = (
        end.strip().split(".") for end in path.split(">")
    )
    return Edge(edge_id or path, source, source_port, target, target_port)


def empty() -> Graph:
    return scaffold(
        request=request_node("req", fields=REQUEST_FIELDS), response=response_node("res")
    )


def graph_with(*nodes: Node, edges: tuple[str, ...] = ()) -> Graph:
    """A graph put together without asking any rule."""
    start = empty()
    return Graph({**start.nodes, **{node.id: node for node in nodes}}, tuple(map(edge, edges)))


def chain(*node_ids: str, closed: bool = False) -> Graph:
    """LLM nodes in a row, each feeding the next, and the last the first when closed."""
    following = [*node_ids[1:], node_ids[0]] if closed else node_ids[1:]
    return Graph(
        {node_id: llm(node_id) for node_id in node_ids},
        tuple(
            Edge(f"{a}-{b}", a, "output", b, "prompt")
            for a, b in zip(node_ids, following, strict=False)
        ),
    )
