"""What a workflow was started with, read back from what its nodes were given. Pure."""

from collections.abc import Mapping

from pydantic import JsonValue

from magica_mcp.models.values import Values
from magica_mcp.models.workflows import Workflow, request_fields


def values_read_back(workflow: Workflow, inputs: Mapping[str, JsonValue]) -> Values:
    """The values of the Request nodes, as far as an edge hands them to a node of these inputs.

    `inputs` are those of the processing nodes, by node id.
    """
    fields = {(field.node_id, field.field_id) for field in request_fields(workflow)}
    values: Values = {node_id: {} for node_id, _ in fields}
    for edge in workflow.edges:
        field_id = (edge.source_handle or "").removeprefix("out:")
        given = inputs.get(edge.target)
        name = (edge.target_handle or "").removeprefix("in:")
        if (edge.source, field_id) in fields and isinstance(given, dict) and name in given:
            values[edge.source].setdefault(field_id, given[name])
    return values
