"""Models as text: what there is, and what one of them takes."""

from pydantic import JsonValue

from magica_mcp.models.catalog import FoundModel, ModelField, ModelSchema, ModelSearch
from magica_mcp.models.field_values import MEDIA_TYPES, MediaForm
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.render.calls import bound_text, call, one_line
from magica_mcp.server.render.media import with_handles, without_upload_advice

SHOWN_PER_CATEGORY = 12
LONGEST_DESCRIPTION = 100


def search(found: ModelSearch, *, query: str) -> str:
    """The catalog by category with roles, or what to search for instead."""
    if found.no_match is not None or found.model_catalog is None:
        return no_match(found, query=query)
    lines = [f"Models for '{query}':" if query else "All models, by category:"]
    for category, models in found.model_catalog.items():
        role = (found.category_roles or {}).get(category)
        lines.append(f"{category}{f' ({role})' if role else ''}:")
        lines.extend(f"- {model_text(model)}" for model in models[:SHOWN_PER_CATEGORY])
        if len(models) > SHOWN_PER_CATEGORY:
            lines.append(f"- and {len(models) - SHOWN_PER_CATEGORY} more")
    first = next((models[0] for models in found.model_catalog.values() if models), None)
    if first is not None:
        next_call = call("get_model_schema", {"modelId": first.model_id})
        lines.append(f"Next: {next_call} shows what a model takes; get_pricing what it costs.")
    return "\n".join(lines)


def model_text(model: FoundModel) -> str:
    """'flux-2-max-text: FLUX 2 Max. Pictures from words'."""
    text = model.description.strip().split("\n")[0]
    cut = text if len(text) <= LONGEST_DESCRIPTION else f"{text[:LONGEST_DESCRIPTION]}…"
    return f"{model.model_id}: {model.name}{f'. {cut}' if cut else ''}"


def no_match(found: ModelSearch, *, query: str) -> str:
    """Nothing was found: the words that do find something, by what they are for."""
    lines = [found.no_match or f"No model matches '{query}'."]
    for role, keywords in (found.category_role_hints or {}).items():
        lines.append(f"{role}: {', '.join(keywords)}")
    lines.append(f"Next: {call('search_tools', {'query': 'image'})} with one of these words.")
    return "\n".join(lines)


def schema(value: ModelSchema) -> str:
    """What a model takes, field by field, in the order in which a person would fill it in."""
    lines = [f"{value.name} ({value.model_id}), {value.category}. {value.description}".rstrip()]
    if value.features:
        lines.append(f"Features: {', '.join(value.features)}.")
    if value.capabilities:
        lines.append(f"Capabilities: {one_line(value.capabilities)}")
    lines.extend(f"- {field_text(field)}" for field in value.fields)
    if any(field.type in MEDIA_TYPES for field in value.fields):
        lines.append(f"A media field takes {MediaForm.HANDLE.value}.")
    arguments: JsonObject = {"tool_name": "generate", "input": example(value)}
    return "\n".join([*lines, f"Next: {call('execute_tool', arguments)}"])


def schema_facts(value: ModelSchema) -> JsonObject:
    """The same for programs."""
    fields = tuple(
        field.model_copy(update={"description": with_handles(field.description, of=field.type)})
        for field in value.fields
    )
    return value.model_copy(update={"fields": fields}).wire()


def field_text(field: ModelField) -> str:
    """'resolution (select); one of "1K", "2K"; default "1K"'."""
    need = ", required" if field.required else ""
    many = f", up to {field.max_items}" if field.max_items else ", several"
    parts = [f"{field.name} ({field.type}{many if field.is_list else ''}{need})"]
    if field.options:
        parts.append(f"one of {one_line(list(field.options), longest=600)[1:-1]}")
    if field.min is not None or field.max is not None:
        parts.append(f"from {bound_text(field.min)} to {bound_text(field.max)}")
    if field.max_length:
        parts.append(f"at most {field.max_length:,} characters")
    if field.default is not None:
        parts.append(f"default {one_line(field.default)}")
    if field.show_when:
        parts.append(f"only when {one_line(field.show_when)}")
    description = without_upload_advice(field.description, of=field.type)
    return "; ".join([*parts, *([description] if description else [])])


def example(value: ModelSchema) -> JsonObject:
    """An input with everything that is required, ready to be filled in."""
    needed: dict[str, JsonValue] = {
        field.name: field.default if field.default is not None else _placeholder(field)
        for field in value.fields
        if field.required
    }
    return {"modelId": value.model_id, **needed}


def _placeholder(field: ModelField) -> JsonValue:
    text = "path or URL" if field.type in MEDIA_TYPES else "…"
    return [text] if field.is_list else text
