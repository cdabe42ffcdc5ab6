"""Where nodes lie on the canvas: columns to the right of the Request node, rows within them.

Source: magica-contract 2.1.
"""

from collections.abc import Iterator
from itertools import count

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.nodes import NodeRole
from magica_mcp.local.catalog.templates import COLUMN
from magica_mcp.models.building import AddNode, Position
from magica_mcp.models.graphs import role_of
from magica_mcp.models.workflows import WireNode, Workflow

__all__ = ["COLUMN", "ROW", "place_for", "with_response_after"]

ROW = 260.0
"""Pixels from one row to the next."""

FARTHEST = 1_000_000.0
"""Pixels; what lies beyond is taken for a slip."""

MOST_CELLS = 100
"""Columns and rows that can be asked for: as many as a workflow may have nodes."""


def place_for(workflow: Workflow, ask: AddNode) -> dict[str, float]:
    """Where a new node goes: where it was asked for, else in a column and row that are free.

    Raises `InvalidInputError` for a place that is out of reach.
    """
    if ask.position is not None:
        return _exact(ask.position)
    for name, asked in (("column", ask.column), ("row", ask.row)):
        if asked is not None and asked > MOST_CELLS:
            raise InvalidInputError(
                f"'{name}' can be {MOST_CELLS} at most. Leave it out to have a place chosen."
            )
    taken = set(_cells(workflow))
    column = ask.column or max((0, *(column for column, _ in taken))) + 1
    row = next(row for row in count() if (column, row) not in taken) if ask.row is None else ask.row
    x, y = _origin(workflow)
    return {"x": x + column * COLUMN, "y": y + row * ROW}


def with_response_after(workflow: Workflow, x: float) -> Workflow:
    """The workflow with its Response node moved to the right, where it would lie under a node."""
    nodes = tuple(
        node.model_copy(update={"position": {**node.position, "x": x + COLUMN}})
        if role_of(node) is NodeRole.RESPONSE and node.position and node.position.get("x", x) <= x
        else node
        for node in workflow.nodes
    )
    return workflow.model_copy(update={"nodes": nodes})


def _exact(position: Position) -> dict[str, float]:
    if not all(abs(pixels) <= FARTHEST for pixels in (position.x, position.y)):
        raise InvalidInputError(
            f"'position' takes pixels from -{FARTHEST:,.0f} to {FARTHEST:,.0f}. "
            "Leave it out to have a place chosen."
        )
    return {"x": position.x, "y": position.y}


def _cells(workflow: Workflow) -> Iterator[tuple[int, int]]:
    """The column and row of each node between the two ends."""
    left, top = _origin(workflow)
    for node in workflow.nodes:
        place = _place(node)
        if place is not None and role_of(node) is NodeRole.MODEL:
            yield round((place[0] - left) / COLUMN), round((place[1] - top) / ROW)


def _origin(workflow: Workflow) -> tuple[float, float]:
    requests = [node for node in workflow.nodes if role_of(node) is NodeRole.REQUEST]
    return next((place for node in requests if (place := _place(node))), (0.0, 0.0))


def _place(node: WireNode) -> tuple[float, float] | None:
    """Its pixels; None where it has none, or none that make sense."""
    position = node.position or {}
    x, y = position.get("x"), position.get("y")
    if x is None or y is None:
        return None
    return (x, y) if max(abs(x), abs(y)) <= FARTHEST else None
