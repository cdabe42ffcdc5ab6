"""The values of a call for a workflow, checked against its fields where those can be read."""

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.values import UnderstoodValues, understood_values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField
from magica_mcp.server.resolving import ChosenWorkflow


def values_for(
    chosen: ChosenWorkflow, fields: tuple[RequestField, ...], given: JsonObject
) -> UnderstoodValues:
    """What the values mean.

    Raises:
        InvalidInputError: a field or value that does not fit; one sentence.
    """
    if chosen.graph is not None:
        return understood_values(fields, given)
    by_node = {key: value for key, value in given.items() if isinstance(value, dict)}
    if len(by_node) < len(given):
        message = "Key the values by node id, then by field id: {nodeId: {fieldId: value}}."
        raise InvalidInputError(message)
    return UnderstoodValues(by_node)
