"""Which nodes may start, which never will."""

import pytest

from magica_mcp.graph.lifecycle import NodeStatus
from magica_mcp.local.engine.progress import NodeState, States, freed, ready, starved

S = NodeStatus


def states(*nodes: tuple[str, NodeStatus, str]) -> States:
    """Nodes as (id, status, ids of those that feed it, one letter each)."""
    return {name: NodeState(status, frozenset(sources)) for name, status, sources in nodes}


@pytest.mark.parametrize("status", [S.PENDING, S.RUNNING])
def test_a_node_is_not_ready_while_one_that_feeds_it_is_not_over(status: NodeStatus) -> None:
    known = states(("a", S.COMPLETED, ""), ("b", status, "a"), ("c", S.PENDING, "ab"))

    assert "c" not in ready(known)


def test_a_node_is_ready_when_all_that_feed_it_are_completed() -> None:
    known = states(("a", S.COMPLETED, ""), ("b", S.COMPLETED, ""), ("c", S.PENDING, "ab"))

    assert ready(known) == ("c",)


def test_a_node_frees_only_those_that_it_feeds() -> None:
    known = states(("a", S.COMPLETED, ""), ("b", S.PENDING, "a"), ("c", S.PENDING, ""))

    assert freed(known, by="a") == ("b",)


@pytest.mark.parametrize("barren", [S.FAILED, S.SKIPPED, S.CANCELED])
def test_everything_behind_a_node_that_gave_nothing_is_starved(barren: NodeStatus) -> None:
    known = states(
        ("a", barren, ""), ("b", S.PENDING, "a"), ("c", S.PENDING, "b"), ("d", S.PENDING, "")
    )

    assert starved(known) == ("b", "c")
