"""How far a run is, and what follows: which nodes may start, which never will, and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

from magica_mcp.graph.lifecycle import NodeStatus

_STARVING = frozenset({NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.CANCELED})


@dataclass(frozen=True)
class NodeState:
    """A node's status, and the nodes that feed it."""

    status: NodeStatus
    sources: frozenset[str]


States = Mapping[str, NodeState]
"""By node id, in an order in which every node comes after those that feed it."""


def ready(states: States) -> tuple[str, ...]:
    """Nodes that wait for nothing any more."""
    return tuple(
        node_id
        for node_id, state in states.items()
        if state.status is NodeStatus.PENDING
        and all(states[source].status is NodeStatus.COMPLETED for source in state.sources)
    )


def freed(states: States, *, by: str) -> tuple[str, ...]:
    """Nodes that a certain node feeds and that wait for nothing any more."""
    return tuple(node_id for node_id in ready(states) if by in states[node_id].sources)


def starved(states: States) -> tuple[str, ...]:
    """Waiting nodes that can never run, since something that feeds them gave nothing."""
    barren = {node_id for node_id, state in states.items() if state.status in _STARVING}
    found = []
    for node_id, state in states.items():
        if state.status is NodeStatus.PENDING and state.sources & barren:
            barren.add(node_id)
            found.append(node_id)
    return tuple(found)
