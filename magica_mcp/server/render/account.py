"""Balances and prices as text."""

from pydantic import JsonValue

from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.credits import Balance, Pricing, credits_text
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.pricing import WorkflowPrice
from magica_mcp.server.purse import Purse
from magica_mcp.server.render import catalog
from magica_mcp.server.render.calls import call, one_line, plain
from magica_mcp.server.resolving import ChosenModel, ChosenWorkflow
from magica_mcp.spend.budgets import PER_DAY, PER_RUN, renewal


def balance(value: Balance, purse: Purse) -> str:
    """What may still be spent, whose it is, and what of it is used today."""
    return "\n".join([_balance(value), *_today(purse), *_budget(purse)])


def _balance(value: Balance) -> str:
    owner = "your organisation" if value.is_organization else "your account"
    plan = "an active subscription" if value.has_active_subscription else "no active subscription"
    return (
        f"Balance of {owner}: {credits_text(value.available_balance)} "
        f"({value.available_balance:,} microcredits); {plan}."
    )


def _today(purse: Purse) -> list[str]:
    spent = purse.spent
    if spent is None:
        return [f"What today came to is not known. {purse.problem}"]
    unsettled = f"{credits_text(spent.reserved)} reserved by runs that are not settled"
    if spent.reserved_unpriced:
        unsettled += f", {spent.reserved_unpriced} of them without a known price"
    return [f"Started from here: {credits_text(spent.charged)} charged today, {unsettled}."]


def _budget(purse: Purse) -> list[str]:
    limits, lines = purse.limits, []
    if limits.per_day is not None and purse.left is not None:
        lines.append(
            f"Left of today's budget ({PER_DAY}, {credits_text(limits.per_day)}): "
            f"{credits_text(purse.left)}. {renewal(purse.now)}"
        )
    if limits.per_run is not None:
        lines.append(f"One run may cost {credits_text(limits.per_run)} at most ({PER_RUN}).")
    return lines


def consequences(purse: Purse, price: int | None) -> list[str]:
    """What a price means for a run now: refused, or to be agreed to first."""
    refusal = purse.refusal(price)
    if refusal:
        return [f"Now it would be refused: {refusal}"]
    if purse.needs_approval(price):
        return ["At this price the call first answers with an approval to be agreed to."]
    return []


def pricing(
    value: Pricing,
    *,
    model: ChosenModel,
    schema: ModelSchema,
    sample: JsonObject | None,
    purse: Purse,
) -> str:
    """What this input costs, exactly, and what of it makes the price."""
    what = "this input" if sample else "the default input"
    lines = [f"{model.name} ({model.id}): {what} costs {credits_text(value.estimated_cost or 0)}."]
    lines.extend(_what_makes_the_price(value.pricing_details))
    if not sample:
        lines.append("Give sampleInput for the exact cost of another input.")
    lines.extend(consequences(purse, value.microcredits))
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
            lines.append(f"The price depends on {name}{f': {choices}' if choices else ''}.")
    return lines


def workflow_price(price: WorkflowPrice, *, workflow: ChosenWorkflow, purse: Purse) -> str:
    """The total first, then node by node, saying aloud what can only be estimated."""
    about = "" if all(not node.reason for node in price.nodes) else "about "
    lines = [f"{plain(workflow.name)} ({workflow.id}) costs {about}{credits_text(price.total)}:"]
    for node in price.nodes:
        doubt = f", only an estimate: {node.reason}" if node.reason else ""
        lines.append(
            f"- {node.node_id} ({node.node_type}): {credits_text(node.microcredits)}{doubt}"
        )
    lines.extend(consequences(purse, price.total))
    next_call = call("start_run", {"workflowId": workflow.id})
    return "\n".join([*lines, f"Nothing was charged. Next: {next_call} lists its fields."])
