"""The node types: what can be added to a workflow, with ports and modes (magica-contract 3.3)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import get_args

from magica_mcp.errors import InvalidInputError, or_list
from magica_mcp.graph.ports import Port, input_handle, output_handle
from magica_mcp.local.building.modes import inputs_by_mode
from magica_mcp.local.catalog import Catalog
from magica_mcp.models.building import NodeType, PortShape
from magica_mcp.models.catalog import Category, Model

CATEGORIES: tuple[str, ...] = get_args(Category)


def node_types(catalog: Catalog, *, category: str | None = None) -> tuple[NodeType, ...]:
    """Every node type, or those of a category, in the catalog's order.

    Inputs are those of all modes; one that only some modes have names them in `modes`.
    Raises `InvalidInputError` for a category that does not exist.
    """
    wanted = (category or "").strip().lower()
    if wanted and wanted not in CATEGORIES:
        raise InvalidInputError(
            f"There is no category '{category}'. Use {or_list(CATEGORIES)}, or none for all."
        )
    found = (model for model in catalog.models() if wanted in {"", model.category})
    return tuple(_node_type(model, catalog) for model in found)


def _node_type(model: Model, catalog: Catalog) -> NodeType:
    usual = catalog.ports(model.node_type)
    by_mode = inputs_by_mode(catalog, model.node_type)
    inputs: dict[str, Port] = {}
    for port in (*usual.inputs, *chain.from_iterable(by_mode.values())):
        inputs.setdefault(port.name, port)
    return NodeType(
        node_type=model.node_type,
        name=model.name,
        category=model.category,
        description=model.description,
        modes=tuple(by_mode),
        inputs=tuple(
            _shape(port, input_handle(name), modes=_only_in(name, by_mode))
            for name, port in inputs.items()
        ),
        outputs=tuple(_shape(port, output_handle(port.name)) for port in usual.outputs),
    )


def _only_in(name: str, by_mode: Mapping[str, Iterable[Port]]) -> list[str]:
    """The modes that have this input; none where all of them do."""
    having = [mode for mode, ports in by_mode.items() if any(port.name == name for port in ports)]
    return [] if len(having) == len(by_mode) else [*having]


def _shape(port: Port, handle: str, *, modes: Sequence[str] = ()) -> PortShape:
    """A port on the wire; `modes` only where some modes are without it."""
    return PortShape(
        handle=handle,
        type=port.kind,
        required=port.required,
        multiple=port.multiple,
        max_items=port.max_items,
        modes=tuple(modes),
    )
