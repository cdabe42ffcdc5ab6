"""The hosted tools that edit and keep; what reads is in test_hosted_mcp."""

import base64
from typing import Any

import httpx
import pytest

from tests.local.routes.building import Draft, drafted
from tests.local.test_hosted_mcp import call
from tests.recognition import making


@pytest.fixture
async def draft(hosted_http: httpx.AsyncClient) -> Draft:
    return await drafted(hosted_http)


async def graph(draft: Draft) -> dict[str, Any]:
    result = await call(draft.http, "get_workflow", workflowId=draft.id)
    found: dict[str, Any] = result["structuredContent"]
    return found


@pytest.mark.parametrize("name", ["workflowId", "id"])
async def test_a_workflow_is_deleted(draft: Draft, name: str) -> None:
    result = await call(draft.http, "delete_workflow", **{name: draft.id})

    assert result["structuredContent"] == {"success": True}
    assert (await draft.http.get("v1/workflows")).json()["total"] == 0


async def test_node_types_are_listed_by_category(hosted_http: httpx.AsyncClient) -> None:
    result = await call(hosted_http, "list_node_types", category="utility")

    rows = result["structuredContent"]["nodeTypes"]
    assert {row["category"] for row in rows} == {"utility"}


async def test_a_node_is_updated(draft: Draft) -> None:
    node = await draft.add()

    await call(
        draft.http, "update_node", workflowId=draft.id, nodeId=node, inputs={"prompt": "Why?"}
    )

    kept = next(each for each in (await graph(draft))["nodes"] if each["id"] == node)
    assert kept["data"]["inputs"] == {"prompt": "Why?"}


async def test_a_node_is_deleted(draft: Draft) -> None:
    node = await draft.add()

    await call(draft.http, "delete_node", workflowId=draft.id, nodeId=node)

    assert node not in {each["id"] for each in (await graph(draft))["nodes"]}


@pytest.mark.parametrize("by_id", [True, False])
async def test_nodes_are_disconnected(draft: Draft, *, by_id: bool) -> None:
    node = await draft.add()
    edge = (await draft.connect(draft.request, "topic", node, "in:prompt")).json()
    ends = {"sourceNodeId": draft.request, "targetNodeId": node}
    which = {"edgeId": edge["edgeId"]} if by_id else ends

    await call(draft.http, "disconnect_nodes", workflowId=draft.id, **which)

    assert (await graph(draft))["edges"] == []


async def test_a_file_is_uploaded_and_listed(hosted_http: httpx.AsyncClient) -> None:
    content = base64.b64encode(making.picture("PNG")).decode()

    result = await call(hosted_http, "upload_file", base64=content, filename="cat.png")

    item = result["structuredContent"]
    assert item["url"].startswith("http://127.0.0.1/media/")
    listed = await call(hosted_http, "get_generations", type="image", limit=5)
    assert listed["structuredContent"] == {"items": [item], "nextCursor": None}


@pytest.mark.parametrize(
    ("name", "arguments", "code", "sentence"),
    [
        ("get_workflow", {"workflowId": "unknown"}, "NOT_FOUND", "There is no workflow"),
        ("delete_workflow", {"workflowId": "gpt_5_4"}, "GRAPH_RULE", "is a template"),
        ("list_node_types", {"category": "smell"}, "VALIDATION_ERROR", "There is no category"),
        ("delete_node", {"workflowId": "x"}, "VALIDATION_ERROR", "'nodeId' is required"),
        ("update_node", {"workflowId": "x", "nodeId": "y"}, "VALIDATION_ERROR", "inputs"),
        ("upload_file", {}, "VALIDATION_ERROR", "give exactly one of"),
        ("upload_file", {"url": 7}, "VALIDATION_ERROR", "url"),
        ("get_generations", {"limit": 1000}, "VALIDATION_ERROR", "'limit' is between"),
        ("list_runs", {"page": 0}, "VALIDATION_ERROR", "'page' counts from 1"),
    ],
)
async def test_a_refusal_has_a_code_and_a_sentence(
    hosted_http: httpx.AsyncClient, name: str, arguments: dict[str, Any], code: str, sentence: str
) -> None:
    result = await call(hosted_http, name, **arguments)

    assert result["isError"] is True
    assert result["structuredContent"]["code"] == code
    assert sentence in result["structuredContent"]["error"]
    assert result["content"][0]["text"] == result["structuredContent"]["error"]
