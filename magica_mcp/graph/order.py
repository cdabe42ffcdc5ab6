"""In which order nodes run: what comes before, what comes after, and where the order fails.

Nothing here recurses, so a long chain is no harder than a short one. Edges that lead from or to
a node that does not exist are passed over; `validation` reports them.
"""

from collections import deque

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.problem import cycle_problem


def predecessors(graph: Graph) -> dict[str, frozenset[str]]:
    """For every node, the nodes that feed it directly."""
    return {
        node_id: frozenset(
            edge.source for edge in graph.edges_into(node_id) if edge.source in graph.nodes
        )
        for node_id in graph.nodes
    }


def batches(graph: Graph) -> list[list[str]]:
    """Nodes in batches, each fed by earlier ones only; within a batch, in the graph's own order.

    Raises `GraphRuleError` where the nodes form a cycle.
    """
    found = _batches_before_any_cycle(graph)
    if sum(map(len, found)) < len(graph.nodes):
        raise cycle_problem(find_cycle(graph) or ()).error()
    return found


def downstream(graph: Graph, node_id: str) -> frozenset[str]:
    """Every node that a node feeds, directly or through others; never the node itself."""
    found: set[str] = set()
    waiting = [node_id]
    while waiting:
        for after in _successors(graph, waiting.pop()):
            if after not in found:
                found.add(after)
                waiting.append(after)
    return frozenset(found - {node_id})


def find_cycle(graph: Graph) -> tuple[str, ...] | None:
    """Some cycle of the graph, from a node back to it ('a', 'b', 'a'), or None."""
    placed = {node_id for batch in _batches_before_any_cycle(graph) for node_id in batch}
    left = [node_id for node_id in graph.nodes if node_id not in placed]
    if not left:
        return None
    # Whatever could not be placed is fed by something that could not: walk back until it repeats.
    path: dict[str, None] = {}
    at = left[0]
    while at not in path:
        path[at] = None
        feeding = (edge.source for edge in graph.edges_into(at))
        at = next(node for node in feeding if node in graph.nodes and node not in placed)
    walked = list(path)
    return _from_first([*reversed(walked[walked.index(at) :])], graph)


def cycle_through(graph: Graph, edge: Edge) -> tuple[str, ...] | None:
    """The shortest cycle that an edge is part of, from its source back to it, or None."""
    came_from: dict[str, str] = {edge.target: edge.source}
    waiting = deque([edge.target])
    while waiting and edge.source not in came_from:
        at = waiting.popleft()
        for after in _successors(graph, at):
            if after not in came_from:
                came_from[after] = at
                waiting.append(after)
    if edge.source not in came_from:
        return None
    path = [edge.source]
    while path[-1] != edge.source or len(path) == 1:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def _successors(graph: Graph, node_id: str) -> list[str]:
    return [edge.target for edge in graph.edges_out_of(node_id) if edge.target in graph.nodes]


def _batches_before_any_cycle(graph: Graph) -> list[list[str]]:
    """All that can be put in order: nodes on a cycle, and after one, are missing."""
    missing = {node_id: len(before) for node_id, before in predecessors(graph).items()}
    position = {node_id: at for at, node_id in enumerate(graph.nodes)}
    found: list[list[str]] = []
    ready = [node_id for node_id, count in missing.items() if not count]
    while ready:
        found.append(ready)
        freed: list[str] = []
        for node_id in ready:
            for after in dict.fromkeys(_successors(graph, node_id)):
                missing[after] -= 1
                if not missing[after]:
                    freed.append(after)
        ready = sorted(freed, key=position.__getitem__)
    return found


def _from_first(cycle: list[str], graph: Graph) -> tuple[str, ...]:
    """A cycle turned so that it begins and ends with the node that the graph lists first."""
    members = set(cycle)
    start = cycle.index(next(node_id for node_id in graph.nodes if node_id in members))
    return (*cycle[start:], *cycle[:start], cycle[start])
