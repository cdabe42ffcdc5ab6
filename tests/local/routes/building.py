"""How tests of routes make workflows."""

from dataclasses import dataclass
from typing import Any

import httpx

TOPIC = {"name": "Topic", "type": "text", "value": "rain"}


@dataclass(frozen=True)
class Draft:
    """A new workflow that asks for a topic, its ends not connected yet."""

    http: httpx.AsyncClient
    id: str
    request: str
    response: str

    async def post(self, what: str, body: Any) -> httpx.Response:
        return await self.http.post(f"v1/workflows/{self.id}/{what}", json=body)

    async def add(self, node_type: str = "gpt_5_4", **more: Any) -> str:
        """A node more, by its id."""
        answer = await self.post("nodes", {"nodeType": node_type, **more})
        return str(answer.json()["nodeId"])

    async def connect(self, source: str, output: str, target: str, into: str) -> httpx.Response:
        edge = {"sourceNodeId": source, "sourceHandle": output}
        return await self.post("edges", {**edge, "targetNodeId": target, "targetHandle": into})

    async def delete(self, what: str, body: Any = None) -> httpx.Response:
        return await self.http.request("DELETE", f"v1/workflows/{self.id}/{what}", json=body)

    async def patch(self, what: str, body: Any) -> httpx.Response:
        return await self.http.patch(f"v1/workflows/{self.id}/{what}".rstrip("/"), json=body)

    async def graph(self) -> dict[str, Any]:
        graph: dict[str, Any] = (await self.http.get(f"v1/workflows/{self.id}")).json()
        return graph


async def drafted(http: httpx.AsyncClient) -> Draft:
    body = {"name": "Essay", "requestFields": [TOPIC]}
    made = (await http.post("v1/workflows", json=body)).json()
    return Draft(http, made["workflowId"], made["requestNodeId"], made["responseNodeId"])
