"""Balances and prices as text."""

from magica_mcp.models.credits import Balance, Pricing, credits_text
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.pricing import WorkflowPrice
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


def pricing(value: Pricing, *, model: ChosenModel, sample: JsonObject | None) -> str:
    """The exact cost of a sample first, then how the price is made."""
    lines = [f"Price of {model.name} ({model.id})"]
    if value.estimated_cost is not None:
        what = "this input" if sample else "the default input"
        lines.append(f"Exact cost of {what}: {credits_text(value.estimated_cost)}.")
    if value.cost_summary:
        lines.append(f"In general: {value.cost_summary}.")
    if value.pricing_details:
        lines.append(f"Details: {one_line(value.pricing_details, longest=1500)}")
    if value.note:
        lines.append(f"Note: {value.note}")
    example: JsonObject = {"modelId": model.id, **(sample or {"prompt": "…"})}
    next_call = call("execute_tool", {"tool_name": "generate", "input": example})
    return "\n".join([*lines, f"Nothing was charged. To run it: {next_call}"])


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
