"""A workflow as a frozen value: its nodes, its edges and how they hang together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from magica_mcp.graph.nodes import Node, NodeRole
from magica_mcp.graph.ports import bare

Place = tuple[str, str | None]
"""A node's id, and one of its ports or None for all of them."""


@dataclass(frozen=True)
class Edge:
    """A connection from an output to an input; ports by their bare names."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str

    @classmethod
    def of_handles(
        cls, edge_id: str, *, source: str, source_handle: str, target: str, target_handle: str
    ) -> "Edge":
        """An edge from handles as the wire has them, with or without `in:` and `out:`."""
        return cls(edge_id, source, bare(source_handle), target, bare(target_handle))

    def joins_as(self, other: "Edge") -> bool:
        """Whether both lead from the same output to the same input."""
        return (self.source, self.source_port, self.target, self.target_port) == (
            other.source,
            other.source_port,
            other.target,
            other.target_port,
        )


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and edges whose order is the order of a list input's items.

    Neither has to be sound: see `validation`. Edits (`edits`) give new graphs.
    """

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
        object.__setattr__(self, "edges", tuple(self.edges))

    def of_role(self, role: NodeRole) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.role is role)

    def edges_into(self, node_id: str, *, port: str | None = None) -> tuple[Edge, ...]:
        """Edges that feed a node, or one of its inputs, in order."""
        return self._into.get((node_id, port), ())

    def edges_out_of(self, node_id: str, *, port: str | None = None) -> tuple[Edge, ...]:
        """Edges that a node, or one of its outputs, feeds."""
        return self._out_of.get((node_id, port), ())

    def edges_between(self, source: str, target: str) -> tuple[Edge, ...]:
        """Edges that lead straight from one node to another."""
        return tuple(edge for edge in self.edges_into(target) if edge.source == source)

    def edges_called(self, edge_id: str) -> tuple[Edge, ...]:
        """The edge with this id, if any; several only where the graph is unsound."""
        return self._by_id.get((edge_id, None), ())

    @cached_property
    def _into(self) -> Mapping[Place, tuple[Edge, ...]]:
        return _grouped(
            self.edges, lambda edge: {(edge.target, None), (edge.target, edge.target_port)}
        )

    @cached_property
    def _out_of(self) -> Mapping[Place, tuple[Edge, ...]]:
        return _grouped(
            self.edges, lambda edge: {(edge.source, None), (edge.source, edge.source_port)}
        )

    @cached_property
    def _by_id(self) -> Mapping[Place, tuple[Edge, ...]]:
        return _grouped(self.edges, lambda edge: {(edge.id, None)})


def _grouped(
    edges: Iterable[Edge], places: Callable[[Edge], Iterable[Place]]
) -> Mapping[Place, tuple[Edge, ...]]:
    groups: defaultdict[Place, list[Edge]] = defaultdict(list)
    for edge in edges:
        for place in places(edge):
            groups[place].append(edge)
    return {place: tuple(group) for place, group in groups.items()}
