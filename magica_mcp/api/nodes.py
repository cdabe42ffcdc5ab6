"""What a workflow may be made of, and the edits of its nodes and edges.

Refuses to check a graph: whoever answers is the authority.
"""

from functools import partial

from magica_mcp.api.cache import Cache
from magica_mcp.api.catalog import CATALOG_SECONDS
from magica_mcp.api.line import Line
from magica_mcp.api.paging import without_absent
from magica_mcp.api.reading import answer_as, done, page_in
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import segment
from magica_mcp.errors import InvalidInputError
from magica_mcp.models.building import (
    AddedNode,
    AddNode,
    ConnectedNodes,
    ConnectNodes,
    DisconnectNodes,
    NodeType,
    UpdateNode,
)
from magica_mcp.models.wire import JsonObject


class NodeCalls:
    """Edits of one workflow: all free, none of them sent twice.

    An edit raises a `ConflictError` where another one came first: read the workflow again then.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._node_types: Cache[str | None, tuple[NodeType, ...]] = Cache(
            clock=line.clock, seconds=CATALOG_SECONDS
        )

    async def node_types(self, *, category: str | None = None) -> tuple[NodeType, ...]:
        """What can be added to a workflow, with its ports; believed for ten minutes."""
        return await self._node_types.get_or_find(category, partial(self._ask_types, category))

    async def _ask_types(self, category: str | None) -> tuple[NodeType, ...]:
        page = await self._line.operations.ask(
            "list_node_types",
            without_absent({"category": category}),
            lambda value: page_in(value, NodeType),
        )
        return page.items

    async def add_node(self, workflow_id: str, ask: AddNode) -> AddedNode:
        """A node more, with its ports."""
        return await self._line.change(
            "POST",
            f"v1/workflows/{segment(workflow_id)}/nodes",
            ask.wire(),
            answer_as(AddedNode),
            subject=Subject("node type", ask.node_type, (_workflow(workflow_id),)),
        )

    async def update_node(self, workflow_id: str, node_id: str, inputs: JsonObject) -> None:
        """Values set on a node; its others and its edges stay."""
        where: JsonObject = {"workflowId": workflow_id, "nodeId": node_id}
        await self._line.operations.ask(
            "update_node",
            {**where, **UpdateNode(inputs=inputs).wire()},
            done,
            subject=Subject("node", node_id, (_workflow(workflow_id),)),
        )

    async def delete_node(self, workflow_id: str, node_id: str) -> None:
        """A node less, and its edges."""
        await self._line.operations.ask(
            "delete_node",
            {"workflowId": workflow_id, "nodeId": node_id},
            done,
            subject=Subject("node", node_id, (_workflow(workflow_id),)),
        )

    async def connect_nodes(self, workflow_id: str, ask: ConnectNodes) -> ConnectedNodes:
        """An edge more."""
        target = Subject("node", ask.target_node_id)
        return await self._line.change(
            "POST",
            f"v1/workflows/{segment(workflow_id)}/edges",
            ask.wire(),
            answer_as(ConnectedNodes),
            subject=Subject("node", ask.source_node_id, (target, _workflow(workflow_id))),
        )

    async def disconnect_nodes(self, workflow_id: str, ask: DisconnectNodes) -> None:
        """An edge less: the one of this id, else the one between these two nodes."""
        name, which, edge = _chosen_edge(ask)
        await self._line.operations.ask(
            name,
            {"workflowId": workflow_id, **which},
            done,
            subject=Subject("edge", edge, (_workflow(workflow_id),)),
        )


def _workflow(workflow_id: str) -> Subject:
    return Subject("workflow", workflow_id)


def _chosen_edge(ask: DisconnectNodes) -> tuple[str, JsonObject, str]:
    """The operation, its arguments, and the edge as an error names it."""
    if ask.edge_id is not None:
        return "disconnect_nodes", {"edgeId": ask.edge_id}, ask.edge_id
    if not (ask.source_node_id and ask.target_node_id):
        raise InvalidInputError(
            "Which edge is meant is not said; nothing was changed. Give edgeId, or both "
            "sourceNodeId and targetNodeId; get_workflow shows them."
        )
    return "disconnect_ends", ask.wire(), f"{ask.source_node_id} → {ask.target_node_id}"
