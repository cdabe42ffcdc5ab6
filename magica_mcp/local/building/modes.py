"""The modes of a model: which one is meant, and what another one would take."""

from collections.abc import Iterator, Mapping

from magica_mcp.errors import InvalidInputError, NotFoundError, or_list
from magica_mcp.graph.ports import Port
from magica_mcp.local.catalog import Catalog, ModelRef
from magica_mcp.local.engine.preparing import sub_model_of
from magica_mcp.models.catalog import SubModel


def chosen(catalog: Catalog, node_type: str, mode: str | None) -> ModelRef:
    """The model in the mode of a sub-model id or a mode's name, in the default one without.

    Raises `NotFoundError`, with the nearest model or the model's modes.
    """
    ref = catalog.resolve(node_type)
    if not mode:
        return ref
    try:
        catalog.ports(ref.node_type, sub_model_id=mode)
    except NotFoundError as error:
        if modes_of(catalog, ref.node_type):
            raise  # it says which modes there are
        text = f"{ref.node_type} has a single mode, and no '{mode}'. Leave the mode out."
        raise NotFoundError(text) from error
    return ModelRef(ref.node_type, sub_model_of(catalog, ref.node_type, mode))


def modes_of(catalog: Catalog, node_type: str) -> tuple[SubModel, ...]:
    """Empty for a model of one mode."""
    found = (model.sub_models for model in catalog.models() if model.node_type == node_type)
    return next(found, ())


def name_of(mode: SubModel, *, among: tuple[SubModel, ...]) -> str:
    """What it does, such as image-to-image; its id where several do the same."""
    alike = [each for each in among if each.category == mode.category]
    return mode.category if mode.category and len(alike) == 1 else mode.sub_model_id


def mode_name(catalog: Catalog, ref: ModelRef) -> str | None:
    """The name of a model's mode; None for a model of one mode."""
    modes = modes_of(catalog, ref.node_type)
    return next(
        (name_of(mode, among=modes) for mode in modes if mode.sub_model_id == ref.sub_model_id),
        None,
    )


def inputs_by_mode(catalog: Catalog, node_type: str) -> Mapping[str, tuple[Port, ...]]:
    """The inputs in each mode, by the mode's name; empty for a model of one mode."""
    modes = modes_of(catalog, node_type)
    return {
        name_of(mode, among=modes): catalog.ports(node_type, sub_model_id=mode.sub_model_id).inputs
        for mode in modes
    }


def inputs_of_other_modes(catalog: Catalog, ref: ModelRef) -> Iterator[tuple[str, Port]]:
    """A mode's name and an input that the model has in that mode only, not in its own."""
    own = {port.name for port in catalog.ports(ref.node_type, sub_model_id=ref.sub_model_id).inputs}
    for mode, inputs in inputs_by_mode(catalog, ref.node_type).items():
        yield from ((mode, port) for port in inputs if port.name not in own)


def refuse_input_of_other_mode(catalog: Catalog, ref: ModelRef, name: str) -> None:
    """Raise `InvalidInputError` where the model has this input in other modes only."""
    modes = [mode for mode, port in inputs_of_other_modes(catalog, ref) if port.name == name]
    if modes:
        raise InvalidInputError(
            f"{ref.node_type} takes '{name}' in the mode {or_list(modes)} only, and a node keeps "
            "its mode. Add a node in that mode."
        )
