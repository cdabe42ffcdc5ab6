"""Balances and prices as text."""

from pydantic import JsonValue

from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.credits import Balance, Pricing, credits_text
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.pricing import WorkflowPrice
from magica_mcp.server.render import catalog
from magica_mcp.server.render.calls import call, one_line, plain
from magica_mcp.server.resolving import ChosenModel, ChosenWorkflow


def balance(value: Balance) -> str:
    """What may still be spent, and whose it is."""
    owner = "your organisation" if value.is_organization else "your account"
    plan = "an active subscription" if value.has_active_subscription else "no active subscription"
    return (
        f"Balance of {owner}: {credits_text(value.available_balance)} "
        f"({value.available_balance:,} microcredits); {plan}."
    )


def pricing(
    value: Pricing, *, model: ChosenModel, schema: ModelSchema, sample: JsonObject | None
) -> str:
    """What this input costs, exactly, and what of it makes the price."""
    what = "this input" if sample else "the default input"
    lines = [f"{model.name} ({model.id}): {what} costs {credits_text(value.estimated_cost or 0)}."]
    lines.extend(_what_makes_the_price(value.pricing_details))
    if not sample:
        lines.append("Give sampleInput for the exact cost of another input.")
    example = {"modelId": model.id, **sample} if sample else catalog.example(schema)
    next_call = call("execute_tool", {"tool_name": "generate", "input": example})
    return "\n".join([*lines, f"Nothing was charged. To run it: {next_call}"])


UNITS = {
    "per_token": "It is charged by the tokens that it uses; this is only an estimate.",
    "per_minute": "It is charged by the minute of what comes out.",
    "per_second": "It is charged by the second.",
}


def _what_makes_the_price(details: JsonValue) -> list[str]:
    """The inputs that change the price, without Magica's list prices: charges differ from them."""
    if not isinstance(details, dict):
        return []
    unit = UNITS.get(str(details.get("type")))
    lines = [unit] if unit else []
    inputs, accepted = details.get("pricingInputs"), details.get("acceptedValues")
    if isinstance(inputs, list) and isinstance(accepted, dict):
        for name in inputs:
            choices = one_line(accepted.get(str(name)))[1:-1]
            lines.append(f"The price depends on {name}: {choices}.")
    return lines


def workflow_price(price: WorkflowPrice, *, workflow: ChosenWorkflow) -> str:
    """The total first, then node by node, saying aloud what can only be estimated."""
    about = "" if all(not node.reason for node in price.nodes) else "about "
    lines = [f"{plain(workflow.name)} ({workflow.id}) costs {about}{credits_text(price.total)}:"]
    for node in price.nodes:
        doubt = f", only an estimate: {node.reason}" if node.reason else ""
        lines.append(
            f"- {node.node_id} ({node.node_type}): {credits_text(node.microcredits)}{doubt}"
        )
    next_call = call("start_run", {"workflowId": workflow.id})
    return "\n".join([*lines, f"Nothing was charged. Next: {next_call} lists its fields."])
