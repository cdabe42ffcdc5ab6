"""What the account has, and what things would cost."""

import json
from collections.abc import Sequence
from functools import partial

from pydantic import JsonValue

from magica_mcp.api.cache import Cache
from magica_mcp.api.catalog import CATALOG_SECONDS, KNOWN_SCHEMAS
from magica_mcp.api.line import Line
from magica_mcp.api.reading import Reply, answer_as
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.errors import UnreadableAnswerError
from magica_mcp.models.credits import Balance, Estimate, NodeToPrice, Pricing, joined

ESTIMATE_SECONDS = 60.0
"""How long the price of the very same input is believed."""

KNOWN_ESTIMATES = 64
MOST_AT_ONCE = 100
"""Nodes that one request may ask about (magica-contract 2.6)."""


class CreditCalls:
    """Balance, prices and estimates: all free, all without any effect."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._prices: Cache[str, Pricing] = Cache(
            clock=line.clock, seconds=CATALOG_SECONDS, limit=KNOWN_SCHEMAS
        )
        self._estimates: Cache[tuple[str, str], Estimate] = Cache(
            clock=line.clock, seconds=ESTIMATE_SECONDS, limit=KNOWN_ESTIMATES
        )

    async def balance(self) -> Balance:
        return await self._line.get("v1/credits/balance", Balance)

    async def estimate_nodes(self, nodes: Sequence[NodeToPrice]) -> Estimate:
        """What single models would cost, in the order given; at most 100. Believed for a minute."""
        return await self._estimate("v1/nodes/estimate-credits", nodes)

    async def estimate_workflow(self, nodes: Sequence[NodeToPrice]) -> Estimate:
        """What one run of a graph of these nodes would cost; believed for a minute."""
        portions = [nodes[at : at + MOST_AT_ONCE] for at in range(0, len(nodes), MOST_AT_ONCE)]
        path = "v1/workflows/estimate-credits"
        return joined([await self._estimate(path, portion) for portion in portions])

    async def model_pricing(self, model_id: str) -> Pricing:
        """How a model is priced; believed for ten minutes."""
        path = f"v1/models/{segment(model_id)}/pricing"
        find = partial(self._line.get, path, Pricing, subject=Subject("model", model_id))
        return await self._prices.get_or_find(model_id, find)

    async def _estimate(self, path: str, nodes: Sequence[NodeToPrice]) -> Estimate:
        if not nodes:
            return Estimate()
        body: JsonValue = {"nodes": [node.wire() for node in nodes]}

        def priced(reply: Reply) -> Estimate:
            estimate = answer_as(Estimate)(reply)
            if estimate.total_microcredits is None and len(estimate.estimates) != len(nodes):
                raise UnreadableAnswerError("Magica did not price every node.")
            return estimate

        ask = partial(self._line.transport.ask, Call("POST", path, body=body), priced)
        return await self._estimates.get_or_find((path, json.dumps(body)), ask)
