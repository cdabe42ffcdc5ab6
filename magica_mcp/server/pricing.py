"""What a whole workflow would cost, node by node, and what of that is only an estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.priced_nodes import is_scaffold, priced_nodes
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

MEASURED = frozenset({"per_token", "per_minute", "per_second"})
"""Prices that depend on what comes out: tokens, or the length of media."""


PLACEHOLDERS: Mapping[str, JsonValue] = {"number": 1, "boolean": False}


def priceable(schema: ModelSchema, sample: JsonObject) -> JsonObject:
    """The sample with a stand-in for whatever is needed to run but not to know the price."""
    missing = [
        field
        for field in schema.fields
        if field.required and field.default is None and not sample.get(field.name)
    ]
    return sample | {field.name: _stand_in(field) for field in missing}


def _stand_in(field: ModelField) -> JsonValue:
    media = {"image", "video", "audio", "file"}
    one = PLACEHOLDERS.get(field.data_type, "https://example.com/" if field.type in media else "x")
    return [one] * max(1, field.min_items or 1) if field.is_list else one


@dataclass(frozen=True)
class NodePrice:
    """Microcredits of one node; `reason` says why it is only an estimate, or is empty."""

    node_id: str
    node_type: str
    microcredits: int
    reason: str

    def facts(self) -> JsonObject:
        """For programs."""
        return {
            "nodeId": self.node_id,
            "type": self.node_type,
            "microcredits": self.microcredits,
            "exact": not self.reason,
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class WorkflowPrice:
    """A whole workflow's price; the total is the sum of its nodes."""

    nodes: tuple[NodePrice, ...]

    @property
    def total(self) -> int:
        """Microcredits."""
        return sum(node.microcredits for node in self.nodes)

    def facts(self) -> JsonObject:
        """For programs."""
        return {
            "totalMicrocredits": self.total,
            "exact": all(not node.reason for node in self.nodes),
            "nodes": [node.facts() for node in self.nodes],
        }


async def price_of_workflow(
    client: "MagicaClient", workflow: Workflow, *, values: Values
) -> WorkflowPrice:
    """Every processing node's price with these values."""
    asked = priced_nodes(workflow, values=values)
    estimate = await client.estimate_workflow(asked) if asked else None
    amounts = [one.microcredits for one in estimate.estimates] if estimate else []
    nodes = [node for node in workflow.nodes if not is_scaffold(node)]
    kinds = {kind: await _price_type(client, kind) for kind in {node.type for node in nodes}}
    fed = _fed_by_others(workflow)
    return WorkflowPrice(
        tuple(
            NodePrice(node.id, node.type, amount, _reason(kinds[node.type], node.id in fed))
            for node, amount in zip(nodes, amounts, strict=True)
        )
    )


async def _price_type(client: "MagicaClient", node_type: str) -> str:
    """The cost structure's type, such as per_token (magica-contract 6.2)."""
    pricing = await client.model_pricing(node_type)
    for found in (pricing.pricing_details, pricing.cost_config):
        if isinstance(found, dict) and isinstance(found.get("type"), str):
            return str(found["type"])
    return ""


def _fed_by_others(workflow: Workflow) -> frozenset[str]:
    """Nodes whose inputs come from other nodes, and so are not known beforehand."""
    scaffold = {node.id for node in workflow.nodes if is_scaffold(node)}
    return frozenset(edge.target for edge in workflow.edges if edge.source not in scaffold)


def _reason(price_type: str, is_fed: bool) -> str:  # noqa: FBT001 - both are facts of one node
    if price_type == "per_token":
        return "charged by the tokens that it uses"
    if price_type in MEASURED and is_fed:
        return "charged by the length of what it gets"
    return ""
