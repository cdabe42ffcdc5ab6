"""The fields of a workflow that was not started yet: what to fill in, and what it would cost."""

from magica_mcp.models.credits import credits_text
from magica_mcp.models.field_values import MEDIA_TYPES, MediaForm
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField
from magica_mcp.server.render.calls import and_list, bound_text, call, one_line, plain
from magica_mcp.server.render.media import with_handles, without_upload_advice
from magica_mcp.server.resolving import ChosenWorkflow

TOO_LONG = 200
"""Characters of a default that is not written out as a value."""


def values_template(fields: tuple[RequestField, ...]) -> dict[str, JsonObject]:
    """Values ready to be sent: defaults filled in, null where one must be given."""
    template: dict[str, JsonObject] = {field.node_id: {} for field in fields}
    for field in fields:
        if field.default is not None or field.required:
            template[field.node_id][field.field_id] = field.default
    return template


def fields_to_fill(
    workflow: ChosenWorkflow, fields: tuple[RequestField, ...], *, estimate: int | None
) -> str:
    """What start_run answers when a workflow has fields and no values were given."""
    head = f"{plain(workflow.name)} (id {workflow.id}) has {_counted(fields)}."
    lines = [f"{head} Nothing was started and nothing was charged."]
    node_id = None
    for field in fields:
        if field.node_id != node_id:
            node_id = field.node_id
            lines.append(f"Request node {node_id}:")
        lines.append(f"- {field_text(field)}")
    if any(field.type in MEDIA_TYPES for field in fields):
        lines.append(f"A media field takes {MediaForm.HANDLE.value}.")
    lines.append(cost(estimate))
    ready: JsonObject = {"workflowId": workflow.id, "values": _short(values_template(fields))}
    lines.append(f"Next, with your values: {call('start_run', ready)}")
    lines.append(defaults_text(fields))
    return "\n".join([*lines, *other_matches(workflow)])


def _short(template: dict[str, JsonObject]) -> JsonObject:
    """Without long defaults: nobody should have to write them, and left out they hold as well."""
    return {
        node_id: {name: value for name, value in fields.items() if len(one_line(value)) < TOO_LONG}
        for node_id, fields in template.items()
    }


def defaults_text(fields: tuple[RequestField, ...]) -> str:
    """What may be left out, and what may not."""
    needed = [field.field_id for field in fields if field.required and field.default is None]
    if needed:
        return f"Give {and_list(needed)}; any other field that is left out takes its default."
    return (
        "A field that is left out takes its default; "
        f'{{"{fields[0].node_id}": {{}}}} starts on all defaults.'
    )


def _counted(fields: tuple[RequestField, ...]) -> str:
    return "one field" if len(fields) == 1 else f"{len(fields)} fields"


def field_facts(field: RequestField) -> JsonObject:
    """The same for programs."""
    description = with_handles(field.description or "", of=field.type) or None
    return field.model_copy(update={"description": description}).wire()


def field_text(field: RequestField) -> str:
    """'prompt (text, required), default "…"'."""
    label = "" if field.name in {field.field_id, ""} else f" “{field.name}”"
    need = ", required" if field.required else ""
    parts = [f"{field.field_id}{label} ({field.type}{need})"]
    if field.options:
        parts.append(f"one of {one_line(list(field.options))[1:-1]}")
    if field.min is not None or field.max is not None:
        parts.append(f"from {bound_text(field.min)} to {bound_text(field.max)}")
    if field.default is not None:
        parts.append(f"default {one_line(field.default)}")
    description = without_upload_advice(field.description or "", of=field.type)
    parts.extend([description] if description else [])
    return "; ".join(parts)


def cost(estimate: int | None) -> str:
    """What it would cost, or that this is not known."""
    if estimate is None:
        return "The cost cannot be estimated before the run."
    return f"Estimated cost: {credits_text(estimate)}."


def unreadable(workflow: ChosenWorkflow) -> str:
    """What start_run answers when the graph cannot be read and no values were given."""
    ready: JsonObject = {
        "workflowId": workflow.id,
        "values": {"<requestNodeId>": {"<fieldId>": "…"}},
    }
    return (
        f"{plain(workflow.name)} (id {workflow.id}) was found, but its fields cannot be read here. "
        "Nothing was started and nothing was charged. "
        f"If you know them, start it with values: {call('start_run', ready)}"
    )


def other_matches(workflow: ChosenWorkflow) -> list[str]:
    """The names that fit about as well, so that the wrong one is not taken by accident."""
    found = workflow.resolution
    if found is None or found.certain:
        return []
    if not found.others:
        return [f"'{found.query}' was taken for {plain(workflow.name)}; use its id to start it."]
    return [f"'{found.query}' fits {and_list(found.names)}. To start one, use its id or full name."]
