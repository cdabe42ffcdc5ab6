"""What a run and a node of a run may be, and what each state may become.

Source: magica-contract 4.6. One L in CANCELED; readers accept two.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class RunStatus(StrEnum):
    """The state of a run, of a workflow or of a single model."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @classmethod
    def read(cls, text: str) -> "RunStatus":
        """The status behind any spelling seen on the wire; an unknown word counts as RUNNING."""
        return cls(_RUN_SPELLINGS.get(text.strip().upper(), "RUNNING"))


class NodeStatus(StrEnum):
    """The state of one node within a run."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELED = "CANCELED"

    @classmethod
    def read(cls, text: str) -> "NodeStatus":
        """The status behind any spelling seen on the wire; an unknown word counts as RUNNING."""
        return cls(_NODE_SPELLINGS.get(text.strip().upper(), "RUNNING"))


_SYNONYMS = {
    "CANCELLED": "CANCELED",
    "COMPLETE": "COMPLETED",
    "SUCCESS": "COMPLETED",
    "SUCCEEDED": "COMPLETED",
    "ERROR": "FAILED",
}
_RUN_SPELLINGS: Mapping[str, str] = {
    **{status.value: status.value for status in RunStatus},
    **_SYNONYMS,
    "PENDING": "QUEUED",
}
_NODE_SPELLINGS: Mapping[str, str] = {
    **{status.value: status.value for status in NodeStatus},
    **_SYNONYMS,
    "QUEUED": "PENDING",
}

MAY_BECOME: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.FAILED, RunStatus.CANCELED}),
    RunStatus.RUNNING: frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED}),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.CANCELED: frozenset(),
}

NODE_MAY_BECOME: Mapping[NodeStatus, frozenset[NodeStatus]] = {
    NodeStatus.PENDING: frozenset({NodeStatus.RUNNING, NodeStatus.SKIPPED, NodeStatus.CANCELED}),
    NodeStatus.RUNNING: frozenset({NodeStatus.COMPLETED, NodeStatus.FAILED, NodeStatus.CANCELED}),
    NodeStatus.COMPLETED: frozenset(),
    NodeStatus.FAILED: frozenset(),
    NodeStatus.SKIPPED: frozenset(),
    NodeStatus.CANCELED: frozenset(),
}


def is_over(status: RunStatus) -> bool:
    """Whether a run in this state will never change again."""
    return not MAY_BECOME[status]


def is_node_over(status: NodeStatus) -> bool:
    """Whether a node in this state will never change again."""
    return not NODE_MAY_BECOME[status]


def outcome_of(nodes: Iterable[NodeStatus]) -> RunStatus:
    """What a run is, given its nodes: one failure fails it in the end (magica-contract 4.6)."""
    seen = set(nodes)
    if not all(map(is_node_over, seen)):
        return RunStatus.RUNNING
    if NodeStatus.CANCELED in seen:
        return RunStatus.CANCELED
    if seen & {NodeStatus.FAILED, NodeStatus.SKIPPED}:
        return RunStatus.FAILED
    return RunStatus.COMPLETED
