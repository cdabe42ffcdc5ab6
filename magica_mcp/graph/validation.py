"""Everything that is wrong with a whole graph, in the order in which a person would fix it.

Structural problems are those that no edit lets in; readiness problems are those of a workflow
that is not finished yet.
"""

from collections.abc import Callable, Iterable, Iterator

from magica_mcp.errors import or_list
from magica_mcp.graph.connections import PLACE_RULES, EdgeRule
from magica_mcp.graph.graph import Graph
from magica_mcp.graph.nodes import NodeRole
from magica_mcp.graph.order import find_cycle
from magica_mcp.graph.ports import what_fits
from magica_mcp.graph.problem import Problem, Rule, cycle_problem
from magica_mcp.graph.values import has_value, overlong_lists

__all__ = [
    "CHECKS",
    "READINESS_CHECKS",
    "STRUCTURAL_CHECKS",
    "Check",
    "Problem",
    "Rule",
    "problems",
    "readiness_problems",
    "structural_problems",
]

Check = Callable[[Graph], Iterable[Problem]]


def has_both_ends(graph: Graph) -> Iterator[Problem]:
    """Exactly one Request and one Response node (magica-contract 4.1)."""
    for role in (NodeRole.REQUEST, NodeRole.RESPONSE):
        found = [node.id for node in graph.of_role(role)]
        if len(found) == 1:
            continue
        name = role.value.capitalize()
        if found:
            text = f"A workflow has one {name} node. Keep only one of {or_list(found)}."
        else:
            text = f"The workflow has no {name} node. Create it anew: a new workflow has one."
        yield Problem(Rule.SCAFFOLD, text)


def each_edge(rule: EdgeRule) -> Check:
    """A rule of one edge as a check of all; what several edges break together is said once."""

    def check(graph: Graph) -> Iterable[Problem]:
        found = (rule(graph, edge) for edge in graph.edges)
        return dict.fromkeys(problem for problem in found if problem is not None)

    return check


def has_no_cycle(graph: Graph) -> Iterator[Problem]:
    cycle = find_cycle(graph)
    if cycle is not None:
        yield cycle_problem(cycle)


def required_inputs_are_fed(graph: Graph) -> Iterator[Problem]:
    """Each required input has an edge or a value."""
    for node in graph.nodes.values():
        for port in node.ports.inputs:
            is_fed = has_value(node, port.name) or graph.edges_into(node.id, port=port.name)
            if port.required and not is_fed:
                text = (
                    f"'{node.input_handle(port.name)}' of {node.called} is required. Set its "
                    f"value, or connect an output to it that gives {what_fits(port.kind)}."
                )
                yield Problem(Rule.REQUIRED_INPUT, text, node.id, port.name)


def lists_are_within_limits(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes.values():
        yield from overlong_lists(node, node.inputs)


def response_is_fed(graph: Graph) -> Iterator[Problem]:
    for node in graph.of_role(NodeRole.RESPONSE):
        for port in node.ports.inputs:
            if not graph.edges_into(node.id, port=port.name):
                text = (
                    "Nothing reaches the Response node. Connect the output that the workflow "
                    f"should give back to its '{port.name}'."
                )
                yield Problem(Rule.RESPONSE_FED, text, node.id, port.name)


STRUCTURAL_CHECKS: tuple[Check, ...] = (
    has_both_ends,
    *(each_edge(rule) for rule in PLACE_RULES),
    has_no_cycle,
)
READINESS_CHECKS: tuple[Check, ...] = (
    required_inputs_are_fed,
    lists_are_within_limits,
    response_is_fed,
)
CHECKS: tuple[Check, ...] = (*STRUCTURAL_CHECKS, *READINESS_CHECKS)


def structural_problems(graph: Graph) -> list[Problem]:
    """What makes a graph no workflow at all; a graph made by edits has none of it."""
    return _found(graph, STRUCTURAL_CHECKS)


def readiness_problems(graph: Graph) -> list[Problem]:
    """What is still to be done before a sound graph can run."""
    return _found(graph, READINESS_CHECKS)


def problems(graph: Graph) -> list[Problem]:
    """Everything that keeps a graph from running."""
    return _found(graph, CHECKS)


def _found(graph: Graph, checks: Iterable[Check]) -> list[Problem]:
    return [problem for check in checks for problem in check(graph)]
