"""A graph as text that people and models read alike: a line for each node, in running order.

Nothing in it can pass for a line of its own: values are quoted, and names hold no line breaks.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count

from pydantic import JsonValue

from magica_mcp.graph.graph import Edge, Graph
from magica_mcp.graph.nodes import Node, NodeRole
from magica_mcp.graph.order import batches, find_cycle
from magica_mcp.graph.ports import Port
from magica_mcp.graph.values import has_value

LONGEST_VALUE = 60
LONGEST_LINE: Mapping[NodeRole, int] = {
    NodeRole.REQUEST: 3000,
    NodeRole.MODEL: 600,
    NodeRole.RESPONSE: 600,
}
"""Characters of a line by its node's role; the Request's fields are what a caller has to know."""

LONGEST_REMARK = 600

LONGEST_DRAWING = 14_000
"""Bytes of UTF-8: a hundred nodes, and less than 8,000 tokens even where ids make up the most."""

_RANK = {NodeRole.REQUEST: 0, NodeRole.MODEL: 1, NodeRole.RESPONSE: 2}


def drawing(graph: Graph, *, names: Mapping[str, str] | None = None) -> str:
    """The graph in lines, whether it is sound or not; what is too much is counted.

    `names` say what to call nodes, by their id or their type.
    """
    if not graph.nodes:
        return "(no nodes)"
    cycle = find_cycle(graph)
    nodes = _in_order(graph, has_order=cycle is None)
    labels = _labels(nodes)
    lines = [_line(graph, node, labels=labels, names=names or {}) for node in nodes]
    return "\n".join([*_within(lines, nodes), *_remarks(graph, labels, cycle or ())])


def _in_order(graph: Graph, *, has_order: bool) -> list[Node]:
    """Request first, Response last, and between them each node after those that feed it."""
    ids = [each for batch in batches(graph) for each in batch] if has_order else [*graph.nodes]
    return sorted((graph.nodes[node_id] for node_id in ids), key=lambda node: _RANK[node.role])


def _labels(nodes: Sequence[Node]) -> dict[str, str]:
    """What edges call each node: the two ends by their names, the others by numbers."""
    numbers = count(1)
    of_role = Counter(node.role for node in nodes)
    labels: dict[str, str] = {}
    for node in nodes:
        if node.role is NodeRole.MODEL:
            labels[node.id] = f"#{next(numbers)}"
        elif of_role[node.role] == 1:
            labels[node.id] = node.role.value.capitalize()
        else:
            labels[node.id] = f"{node.role.value.capitalize()} {_plain(node.id)}"
    return labels


def _line(graph: Graph, node: Node, *, labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    if node.is_scaffold:
        head = f"{node.role.value.capitalize()} ({_plain(node.id)})"
    else:
        name = names.get(node.id) or names.get(node.type) or node.type
        mode = f", {_plain(node.mode)}" if node.mode else ""
        head = f"{labels[node.id]} {_plain(name)} ({_plain(node.id)}{mode})"
    parts = _fields(node) if node.role is NodeRole.REQUEST else _inputs(graph, node, labels)
    return _joined(head, list(parts), longest=LONGEST_LINE[node.role])


def _fields(node: Node) -> Iterator[str]:
    for port in node.ports.outputs:
        value = f" = {_value(node.inputs[port.name])}" if port.name in node.inputs else ""
        yield f"{_plain(port.name)} ({port.kind}){value}"
    if not node.ports.outputs:
        yield "no fields"


def _inputs(graph: Graph, node: Node, labels: Mapping[str, str]) -> Iterator[str]:
    """What feeds the node: edges first, then values of its own, then what is still missing."""
    fed: dict[str, list[Edge]] = {}
    for edge in graph.edges_into(node.id):
        fed.setdefault(edge.target_port, []).append(edge)
    for port, edges in fed.items():
        yield f"{', '.join(_sources(edges, labels))} → {_plain(port)}"
    for name, value in node.inputs.items():
        if name not in fed:
            yield f"{_plain(name)} = {_value(value)}"
    yield from (_lack(port) for port in node.ports.inputs if _lacks(node, port, fed))
    if node.role is NodeRole.RESPONSE and not fed:
        yield "nothing reaches it yet"


def _sources(edges: Sequence[Edge], labels: Mapping[str, str]) -> Iterator[str]:
    for edge in edges[:6]:
        source = labels.get(edge.source) or f"missing node {_plain(edge.source)}"
        yield f"{source}.{_plain(edge.source_port)}"
    if len(edges) > 6:
        yield f"{len(edges) - 6} more"


def _lacks(node: Node, port: Port, fed: Iterable[str]) -> bool:
    return port.required and port.name not in fed and not has_value(node, port.name)


def _lack(port: Port) -> str:
    return f"{_plain(port.name)} ({port.kind}) still missing"


def _joined(head: str, parts: Sequence[str], *, longest: int) -> str:
    """The parts that a line has room for, and how many it has not."""
    line = head
    for at, part in enumerate(parts):
        longer = f"{line}{'; ' if at else ': '}{part}"
        if len(longer) > longest:
            return f"{line}{'; ' if at else ': '}{len(parts) - at} more"
        line = longer
    return line


def _within(lines: Sequence[str], nodes: Sequence[Node]) -> list[str]:
    """All lines, or the first and the last of them, with the nodes in between counted by type."""
    sizes = [len(line.encode()) + 1 for line in lines]
    if sum(sizes) <= LONGEST_DRAWING:
        return [*lines]
    reached = accumulate(sizes, initial=sizes[-1])
    shown = sum(size <= LONGEST_DRAWING for size in reached) - 1
    left = Counter(_plain(node.type) for node in nodes[shown:-1])
    named = ", ".join(f"{times} × {kind}" for kind, times in left.most_common(12))
    more = ", …" if len(left) > 12 else ""
    rest = f"… {left.total()} of {len(nodes)} nodes are not drawn: {named}{more}"
    return [*lines[:shown], rest, lines[-1]]


def _remarks(graph: Graph, labels: Mapping[str, str], cycle: Sequence[str]) -> Iterator[str]:
    """What makes the graph unsound and shows in no node's line."""
    lost = [
        f"{labels.get(edge.source) or _plain(edge.source)}.{_plain(edge.source_port)} → "
        f"{_plain(edge.target)}.{_plain(edge.target_port)} (edge {_plain(edge.id)})"
        for edge in graph.edges
        if edge.target not in graph.nodes
    ]
    if lost:
        yield _joined("Edges to nodes that do not exist", lost, longest=LONGEST_REMARK)
    if cycle:
        steps = [labels[node_id] for node_id in cycle]
        shown = [*steps[:8], "…", *steps[-4:]] if len(steps) > 13 else steps
        yield f"A cycle, which cannot run: {' → '.join(shown)}"


def _value(value: JsonValue) -> str:
    """A value in JSON on one line, shortened."""
    if isinstance(value, str):
        short = value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
        return _plain_json(short)
    text = _plain_json(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _plain_json(value: JsonValue) -> str:
    return _printable(json.dumps(value, ensure_ascii=False))


def _plain(name: str) -> str:
    """A name on one line, shortened; ids of every known form are kept whole."""
    text = _printable(name)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
