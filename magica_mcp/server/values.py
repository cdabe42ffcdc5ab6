"""The values of a call for a workflow, checked against its fields where those can be read."""

from dataclasses import replace

from magica_mcp.errors import InvalidInputError
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.values import UnderstoodValues, understood_values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField
from magica_mcp.server.media_inputs import MediaInputs
from magica_mcp.server.resolving import ChosenWorkflow


async def values_for(
    chosen: ChosenWorkflow,
    fields: tuple[RequestField, ...],
    given: JsonObject,
    *,
    media: MediaInputs,
) -> UnderstoodValues:
    """What the values mean, each media file among them by its URL once all else is checked.

    Raises:
        InvalidInputError: a field or value that does not fit; one sentence.
    """
    if chosen.graph is not None:
        understood = understood_values(fields, given, media=MediaForm.HANDLE)
        return replace(understood, values=await media.of_request(fields, understood.values))
    by_node = {key: value for key, value in given.items() if isinstance(value, dict)}
    if len(by_node) < len(given):
        message = "Key the values by node id, then by field id: {nodeId: {fieldId: value}}."
        raise InvalidInputError(message)
    return UnderstoodValues(by_node)
