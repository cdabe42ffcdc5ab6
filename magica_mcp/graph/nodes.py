"""A node: what it is, which ports it has and which values its inputs hold."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pydantic import JsonValue

from magica_mcp.graph.ports import NodePorts, Port, PortKind, input_handle, output_handle

RESULT = "result"
"""The one input of the Response node (magica-contract 2.1)."""

HIDDEN_INPUTS = frozenset({"model", "provider", "processId"})
"""Inputs that every model takes although no schema lists them (magica-contract 7.4)."""


class NodeRole(StrEnum):
    """What a node is for: the two ends of a workflow, or work in between."""

    REQUEST = "request"
    RESPONSE = "response"
    MODEL = "model"


@dataclass(frozen=True)
class Node:
    """One step of a workflow. `mode` is the id of its sub-model, where its type has several.

    `inputs` holds the values set on the node itself; of a Request node, its fields' defaults.
    """

    id: str
    type: str
    role: NodeRole
    ports: NodePorts
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    mode: str | None = None

    def __post_init__(self) -> None:
        # Detached from the caller's values, so that nobody changes a node from outside.
        object.__setattr__(self, "inputs", MappingProxyType(deepcopy(dict(self.inputs))))

    @property
    def is_scaffold(self) -> bool:
        """Whether every workflow has it, so that it can be neither added nor removed."""
        return self.role is not NodeRole.MODEL

    @property
    def called(self) -> str:
        """The node within a sentence: 'the Request node', or its id and type."""
        if self.is_scaffold:
            return f"the {self.role.value.capitalize()} node"
        return f"'{self.id}' ({self.type})"

    @property
    def settable(self) -> tuple[str, ...]:
        """The names of the values that may be set on it."""
        if self.role is NodeRole.RESPONSE:
            return ()
        ports = self.ports.outputs if self.role is NodeRole.REQUEST else self.ports.inputs
        return tuple(port.name for port in ports)

    def input_handle(self, port: str) -> str:
        """An input as the wire names it; bare on the Response node."""
        return port if self.role is NodeRole.RESPONSE else input_handle(port)

    def output_handle(self, port: str) -> str:
        """An output as the wire names it; bare on the Request node."""
        return port if self.role is NodeRole.REQUEST else output_handle(port)


def request_node(
    node_id: str,
    *,
    fields: Mapping[str, PortKind],
    defaults: Mapping[str, JsonValue] | None = None,
) -> Node:
    """The node where inputs enter: its outputs are the field ids, of their fields' kinds."""
    outputs = tuple(Port(name, kind) for name, kind in fields.items())
    ports = NodePorts(outputs=outputs)
    return Node(node_id, NodeRole.REQUEST.value, NodeRole.REQUEST, ports, defaults or {})


def response_node(node_id: str) -> Node:
    """The node where the result leaves: it takes one edge, of any kind."""
    ports = NodePorts(inputs=(Port(RESULT, PortKind.ANY),))
    return Node(node_id, NodeRole.RESPONSE.value, NodeRole.RESPONSE, ports)
