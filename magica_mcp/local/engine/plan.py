"""What a run is going to do: its nodes, and where each of their inputs comes from.

A plan is made once, when the run starts, and stored with it, so that a later change of the
workflow or of the catalog cannot change a run that is under way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import RESULT, Node, NodeRole
from magica_mcp.graph.order import batches
from magica_mcp.graph.ports import PortKind
from magica_mcp.models.wire import JsonObject

SubModelOf = Callable[[str, str | None], str | None]
"""The sub-model id behind a node's type and mode."""

Outputs = Mapping[str, JsonObject]
"""The outputs of completed nodes, by node id."""


class _Planned(BaseModel):
    model_config = ConfigDict(frozen=True)

    def stored(self) -> dict[str, Any]:
        """As JSON, to be read again with `model_validate`."""
        return self.model_dump(mode="json")


class Feed(_Planned):
    """One value on its way into an input: another node's output, or one known from the start."""

    source: str | None = None
    port: str = ""
    value: JsonValue = None

    def given(self, outputs: Outputs) -> JsonValue:
        return self.value if self.source is None else outputs.get(self.source, {}).get(self.port)


class FedInput(_Planned):
    """An input that edges lead to; a list input gathers all of them in their order."""

    name: str
    multiple: bool = False
    takes_anything: bool = False
    feeds: tuple[Feed, ...] = ()

    @property
    def sources(self) -> frozenset[str]:
        """The nodes that have to be completed before its value is known."""
        return frozenset(feed.source for feed in self.feeds if feed.source is not None)

    def value(self, outputs: Outputs) -> JsonValue:
        """What arrives, or None.

        Where one value of a certain kind is due, a list of one is that one; what takes anything,
        such as the Response node, takes it as it is.
        """
        arrived = [value for feed in self.feeds if (value := feed.given(outputs)) is not None]
        if len(arrived) == 1 and not self.multiple:
            return arrived[0] if self.takes_anything else _unwrapped(arrived[0])
        flat = [
            each for value in arrived for each in (value if isinstance(value, list) else [value])
        ]
        return flat or None


class PlannedNode(_Planned):
    """One processing node. `given` are the values set on the node itself or for this run."""

    node_id: str
    node_type: str
    sub_model_id: str | None = None
    given: JsonObject
    fed: tuple[FedInput, ...] = ()

    @property
    def sources(self) -> frozenset[str]:
        return frozenset().union(*(each.sources for each in self.fed))

    @property
    def model_id(self) -> str:
        """What the catalog knows it by."""
        return self.sub_model_id or self.node_type

    @property
    def unknown_inputs(self) -> frozenset[str]:
        """Inputs whose value other nodes have yet to make."""
        return frozenset(each.name for each in self.fed if each.sources)

    def input(self, outputs: Outputs) -> JsonObject:
        """Its own values, replaced by what its edges bring."""
        arrived = {each.name: each.value(outputs) for each in self.fed}
        return self.given | {name: value for name, value in arrived.items() if value is not None}


class Plan(_Planned):
    """The processing nodes of a run in an order in which they can run, and its result."""

    nodes: tuple[PlannedNode, ...]
    result: FedInput | None = None
    """What reaches the Response node; a run of a single model has none."""


def _unwrapped(value: JsonValue) -> JsonValue:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def plan_of(graph: Graph, *, sub_model_of: SubModelOf) -> Plan:
    """The plan of a sound graph, whose Request node holds the values of this run."""
    order = [graph.nodes[node_id] for batch in batches(graph) for node_id in batch]
    nodes = [
        PlannedNode(
            node_id=node.id,
            node_type=node.type,
            sub_model_id=sub_model_of(node.type, node.mode),
            given=dict(node.inputs),
            fed=_fed_inputs(graph, node),
        )
        for node in order
        if node.role is NodeRole.MODEL
    ]
    ends = [_fed_inputs(graph, node) for node in graph.of_role(NodeRole.RESPONSE)]
    results = [each for end in ends for each in end if each.name == RESULT]
    return Plan(nodes=tuple(nodes), result=results[0] if results else None)


def _fed_inputs(graph: Graph, node: Node) -> tuple[FedInput, ...]:
    inputs = []
    for port in node.ports.inputs:
        edges = graph.edges_into(node.id, port=port.name)
        if edges:
            feeds = tuple(_feed(graph, edge) for edge in edges)
            inputs.append(
                FedInput(
                    name=port.name,
                    multiple=port.multiple,
                    takes_anything=port.kind is PortKind.ANY,
                    feeds=feeds,
                )
            )
    return tuple(inputs)


def _feed(graph: Graph, edge: Edge) -> Feed:
    source = graph.nodes[edge.source]
    if source.role is NodeRole.REQUEST:
        return Feed(value=source.inputs.get(edge.source_port))
    return Feed(source=edge.source, port=edge.source_port)
