"""States as they are spelled, and what each may become."""

import pytest

from magica_mcp.graph.lifecycle import (
    MAY_BECOME,
    NODE_MAY_BECOME,
    NodeStatus,
    RunStatus,
    is_node_over,
    is_over,
    outcome_of,
)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *((status.value, status) for status in RunStatus),
        ("CANCELLED", RunStatus.CANCELED),
        ("cancelled", RunStatus.CANCELED),
        ("complete", RunStatus.COMPLETED),
        ("SUCCESS", RunStatus.COMPLETED),
        ("succeeded", RunStatus.COMPLETED),
        ("error", RunStatus.FAILED),
        ("PENDING", RunStatus.QUEUED),
        (" running ", RunStatus.RUNNING),
        ("THINKING", RunStatus.RUNNING),
    ],
)
def test_a_run_status_is_read_from_any_spelling(text: str, status: RunStatus) -> None:
    assert RunStatus.read(text) is status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *((status.value, status) for status in NodeStatus),
        ("CANCELLED", NodeStatus.CANCELED),
        ("complete", NodeStatus.COMPLETED),
        ("succeeded", NodeStatus.COMPLETED),
        ("ERROR", NodeStatus.FAILED),
        ("queued", NodeStatus.PENDING),
        ("skipped", NodeStatus.SKIPPED),
        ("THINKING", NodeStatus.RUNNING),
    ],
)
def test_a_node_status_is_read_from_any_spelling(text: str, status: NodeStatus) -> None:
    assert NodeStatus.read(text) is status


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_is_over_when_it_completed_failed_or_was_canceled(status: RunStatus) -> None:
    assert is_over(status) == (status in {"COMPLETED", "FAILED", "CANCELED"})


@pytest.mark.parametrize("status", NodeStatus)
def test_a_node_is_over_unless_it_waits_or_works(status: NodeStatus) -> None:
    assert is_node_over(status) == (status not in {"PENDING", "RUNNING"})


def test_every_run_status_has_a_future_even_if_empty() -> None:
    assert set(MAY_BECOME) == set(RunStatus)


def test_every_node_status_has_a_future_even_if_empty() -> None:
    assert set(NODE_MAY_BECOME) == set(NodeStatus)


def test_a_run_never_goes_back_to_the_queue() -> None:
    assert not any(RunStatus.QUEUED in futures for futures in MAY_BECOME.values())


def test_a_node_that_started_is_not_skipped() -> None:
    assert NodeStatus.SKIPPED not in NODE_MAY_BECOME[NodeStatus.RUNNING]


@pytest.mark.parametrize(
    ("nodes", "outcome"),
    [
        (("COMPLETED", "COMPLETED"), RunStatus.COMPLETED),
        (("COMPLETED", "PENDING"), RunStatus.RUNNING),
        (("FAILED", "RUNNING"), RunStatus.RUNNING),
        (("COMPLETED", "FAILED"), RunStatus.FAILED),
        (("COMPLETED", "SKIPPED"), RunStatus.FAILED),
        (("FAILED", "CANCELED"), RunStatus.CANCELED),
        ((), RunStatus.COMPLETED),
    ],
)
def test_a_run_is_what_its_nodes_make_of_it(nodes: tuple[str, ...], outcome: RunStatus) -> None:
    assert outcome_of(map(NodeStatus, nodes)) is outcome
