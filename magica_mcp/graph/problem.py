"""One thing that is wrong with a graph, as a sentence with a next step."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from magica_mcp.errors import GraphRuleError, or_list


class Rule(StrEnum):
    """The rules of workflows, as programs name them."""

    SCAFFOLD = "scaffold"
    UNIQUE_ID = "unique_id"
    NODE_EXISTS = "node_exists"
    EDGE_EXISTS = "edge_exists"
    PORT_EXISTS = "port_exists"
    KINDS_FIT = "kinds_fit"
    NO_REPEAT = "no_repeat"
    SINGLE_INPUT = "single_input"
    LIST_LIMIT = "list_limit"
    NO_CYCLE = "no_cycle"
    REQUIRED_INPUT = "required_input"
    RESPONSE_FED = "response_fed"
    READABLE = "readable"


@dataclass(frozen=True)
class Problem:
    """A broken rule; `node_id` and `port` (a bare name) say where, if it is at one place."""

    rule: Rule
    text: str
    node_id: str | None = None
    port: str | None = None

    def error(self) -> GraphRuleError:
        return GraphRuleError(self.text, rule=self.rule.value, node_id=self.node_id)


def refuse(problems: Iterable[Problem | None]) -> None:
    """Raise the first problem, if there is one, as a `GraphRuleError`."""
    first = next((problem for problem in problems if problem is not None), None)
    if first is not None:
        raise first.error()


def advice(name: str, *, among: Collection[str], kind: str) -> str:
    """A sentence, after a blank, that leads from a wrong name to a right one; else nothing."""
    close = get_close_matches(name, among, n=2)
    if close:
        return f" Did you mean {or_list(close)}?"
    if not among:
        return f" It has no {kind}s."
    shown = ", ".join(f"'{each}'" for each in list(among)[:20])
    return f" Its {kind}s: {shown}{', …' if len(among) > 20 else ''}."


def no_such_node(node_id: str, *, among: Collection[str]) -> Problem:
    hint = advice(node_id, among=among, kind="node")
    text = f"This workflow has no node '{node_id}'.{hint}"
    return Problem(Rule.NODE_EXISTS, text, node_id)


def cycle_problem(cycle: Sequence[str]) -> Problem:
    """A cycle named node by node, the middle of a very long one left out."""
    named = [*cycle[:8], "…", *cycle[-4:]] if len(cycle) > 13 else cycle
    text = (
        f"{' → '.join(named)} is a cycle, and a workflow has to come to an end. "
        "Leave out one of these edges."
    )
    return Problem(Rule.NO_CYCLE, text, next(iter(cycle), None))
