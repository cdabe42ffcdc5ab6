"""The nodes of a run as text: how far each is, and what it made, a line each."""

from pydantic import JsonValue

from magica_mcp.graph.lifecycle import NodeStatus
from magica_mcp.models.runs import ModelRun, NodeRun, Run
from magica_mcp.server.render.calls import LONGEST_VALUE, one_line, plain

MANY_NODES = 20
LONGEST_OF_MANY = 100
"""Characters of what each of many nodes made."""


def node_lines(run: Run) -> list[str]:
    """Each node of a workflow's run; of many, those that failed come first."""
    if isinstance(run, ModelRun):
        return []
    many = len(run.nodes) > MANY_NODES
    nodes = sorted(run.nodes, key=lambda node: many and node.status is not NodeStatus.FAILED)
    longest = LONGEST_OF_MANY if many else LONGEST_VALUE
    rows = [f"- {node_text(node, longest=longest)}" for node in nodes]
    return ["Nodes:", *rows] if rows else []


def node_text(node: NodeRun, *, longest: int = LONGEST_VALUE) -> str:
    """'node_1 (flux_2_pro): COMPLETED → {…}'."""
    text = f"{node.node_id} ({node.node_type}): {node.status}"
    if node.status is NodeStatus.FAILED:
        return f"{text}: {plain(node.error or 'no reason was given', longest=LONGEST_VALUE)}"
    if node.output is not None:
        return f"{text} → {one_line(_output_value(node.output), longest=longest)}"
    return text


def _output_value(output: JsonValue) -> JsonValue:
    """The ports of an output without what is only bookkeeping."""
    if not isinstance(output, dict):
        return output
    bookkeeping = {"creditUsed", "resultMetadata", "provider"}
    return {
        key: f"({len(str(value)):,} characters of text)" if _is_prose(value) else value
        for key, value in output.items()
        if key not in bookkeeping
    }


def _is_prose(value: JsonValue) -> bool:
    """Words of a model: they stand in the fence of the result, not among the nodes."""
    return isinstance(value, str) and not value.startswith(("http://", "https://"))
