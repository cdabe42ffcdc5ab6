"""The builder's answers as text: what is there now, and what usually comes next."""

from collections.abc import Sequence

from magica_mcp.models.building import AddedNode, ConnectedNodes, CreatedWorkflow, NodeType
from magica_mcp.server.render.calls import call, plain

SHOWN = 60


def created(value: CreatedWorkflow) -> str:
    """A new workflow: its two ends, and the handles of its fields."""
    ends = f"Request node: {value.request_node_id}. Response node: {value.response_node_id}"
    lines = [
        f"Created the workflow {plain(value.name)} ({value.workflow_id}).",
        f"{ends}, input handle result.",
    ]
    lines.extend(
        f"- field {field.field_id} ({field.type}): source handle {field.field_id}"
        for field in value.request_fields
    )
    next_call = call("add_node", {"workflowId": value.workflow_id, "nodeType": "…"})
    return "\n".join([*lines, f"Next: list_node_types, then {next_call}."])


def node_types(rows: Sequence[NodeType], *, asked: str) -> str:
    """Node types with their ports."""
    if not rows:
        return f"No node type matches '{asked}'. Leave category and search out to see all."
    lines = [f"{len(rows)} node types{f' for {asked}' if asked else ''}:"]
    for row in rows[:SHOWN]:
        takes = ", ".join(
            f"{port.handle} {port.type}{'[]' if port.multiple else ''}{'*' * port.required}"
            for port in row.inputs
        )
        gives = ", ".join(f"{port.handle} {port.type}" for port in row.outputs)
        lines.append(f"- {row.node_type} ({row.name}, {row.category}): {takes} → {gives}")
    if len(rows) > SHOWN:
        lines.append(f"- and {len(rows) - SHOWN} more; narrow with search")
    return "\n".join([*lines, "* is required, [] takes several edges."])


def added(node: AddedNode, *, workflow_id: str) -> str:
    """A new node and its handles."""
    set_values = f" Set: {', '.join(node.inputs_set)}." if node.inputs_set else ""
    return (
        f"Added {node.type} as {node.node_id}.{set_values}\n"
        f"Inputs: {', '.join(node.input_ports) or 'none'}. "
        f"Outputs: {', '.join(node.output_ports) or 'none'}.\n"
        f"Next: connect_nodes in workflow {workflow_id} from or to {node.node_id}."
    )


def connected(edge: ConnectedNodes) -> str:
    kinds = f"{edge.data_types.source} → {edge.data_types.target}"
    return (
        f"Connected {edge.source} {edge.source_handle} → {edge.target} {edge.target_handle} "
        f"({kinds}), edge {edge.edge_id}."
    )
