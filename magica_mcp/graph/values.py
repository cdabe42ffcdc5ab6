"""Which values may be set on a node, and whether a port has one."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from magica_mcp.graph.nodes import HIDDEN_INPUTS, Node, NodeRole
from magica_mcp.graph.problem import Problem, Rule, advice


def unknown_names(node: Node, inputs: Mapping[str, JsonValue]) -> Iterator[Problem]:
    """Values for inputs that the node does not have."""
    kind = "field" if node.role is NodeRole.REQUEST else "input"
    for name in inputs:
        if name in node.settable or (node.role is NodeRole.MODEL and name in HIDDEN_INPUTS):
            continue
        hint = advice(name, among=node.settable, kind=kind)
        text = f"No value '{name}' can be set on {node.called}.{hint}"
        yield Problem(Rule.PORT_EXISTS, text, node.id, name)


def overlong_lists(node: Node, inputs: Mapping[str, JsonValue]) -> Iterator[Problem]:
    """Lists with more items than their input takes."""
    for port in node.ports.inputs:
        value = inputs.get(port.name)
        if port.max_items is None or not isinstance(value, list) or len(value) <= port.max_items:
            continue
        text = (
            f"'{node.input_handle(port.name)}' of {node.called} takes at most {port.max_items} "
            f"items, and {len(value)} are given. Take {len(value) - port.max_items} away."
        )
        yield Problem(Rule.LIST_LIMIT, text, node.id, port.name)


def has_value(node: Node, name: str) -> bool:
    """Whether a value is set that counts: not nothing, not an empty text or list."""
    return node.inputs.get(name) not in (None, "", [])
