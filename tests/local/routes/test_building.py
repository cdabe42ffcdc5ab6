"""Making and editing workflows over HTTP."""

from typing import Any

import httpx
import pytest

from magica_mcp.local.building import MOST_NODES
from magica_mcp.local.magica import LocalMagica
from tests.llm_stand_in import LlmStandIn
from tests.local.routes.building import TOPIC, Draft, drafted
from tests.local.routes.running import finished


@pytest.fixture
async def draft(http: httpx.AsyncClient) -> Draft:
    return await drafted(http)


async def test_a_new_workflow_tells_its_ids(http: httpx.AsyncClient) -> None:
    body = {"name": "Essay", "description": "On a topic.", "requestFields": [TOPIC]}

    answer = await http.post("v1/workflows", json=body)

    made = answer.json()
    assert answer.status_code == 200
    assert made["requestNodeId"].endswith("_request")
    assert made["responseNodeId"].endswith("_response")
    assert made["requestFields"] == [{"fieldId": "topic", **TOPIC}]
    graph = (await http.get(f"v1/workflows/{made['workflowId']}")).json()
    assert (graph["name"], graph["description"]) == ("Essay", "On a topic.")


async def test_a_built_workflow_runs(draft: Draft, llm: LlmStandIn) -> None:
    node = await draft.add()
    await draft.connect(draft.request, "topic", node, "in:prompt")
    await draft.connect(node, "out:output", draft.response, "in:result")

    started = await draft.http.post("v1/runs", json={"workflowId": draft.id})
    run = await finished(draft.http, f"v1/runs/{started.json()['runId']}")

    assert (run["status"], list(run["response"])) == ("COMPLETED", ["result"])


async def test_a_new_node_tells_its_ports(draft: Draft) -> None:
    body = {"nodeType": "nano_banana_pro", "mode": "image-to-image", "inputs": {"prompt": "a cat"}}

    answer = await draft.post("nodes", body)

    node = answer.json()
    assert answer.status_code == 200
    assert {"in:prompt", "in:image_urls"} <= set(node["inputPorts"])
    assert (node["outputPorts"], node["mode"]) == (["out:result"], "image-to-image")
    assert node["inputsSet"] == ["prompt"]


async def test_a_new_edge_tells_what_it_joins(draft: Draft) -> None:
    node = await draft.add()

    answer = await draft.connect(draft.request, "topic", node, "in:prompt")

    edge = answer.json()
    assert answer.status_code == 200
    assert (edge["source"], edge["sourceHandle"]) == (draft.request, "topic")
    assert (edge["target"], edge["targetHandle"]) == (node, "in:prompt")
    assert edge["dataTypes"] == {"source": "text", "target": "text"}


async def test_a_workflow_can_be_renamed(draft: Draft) -> None:
    answer = await draft.patch("", {"name": "Poem"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Poem")
    assert len((await draft.graph())["nodes"]) == 2


async def test_values_can_be_set_on_a_node(draft: Draft) -> None:
    node = await draft.add(inputs={"prompt": "Why?"})

    answer = await draft.patch(f"nodes/{node}", {"inputs": {"temperature": 0.2}})

    assert answer.json() == {"success": True, "nodeId": node, "inputsSet": ["temperature"]}
    kept = next(each for each in (await draft.graph())["nodes"] if each["id"] == node)
    assert kept["data"]["inputs"] == {"prompt": "Why?", "temperature": 0.2}


async def test_a_node_takes_its_edges_along(draft: Draft) -> None:
    node = await draft.add()
    await draft.connect(draft.request, "topic", node, "in:prompt")

    answer = await draft.delete(f"nodes/{node}")

    graph = await draft.graph()
    assert answer.json() == {"success": True}
    assert (len(graph["nodes"]), graph["edges"]) == (2, [])


@pytest.mark.parametrize("by", ["id", "body id", "nodes", "nodes and handles"])
async def test_an_edge_is_removed_by_its_id_or_its_ends(draft: Draft, by: str) -> None:
    node = await draft.add()
    edge = (await draft.connect(draft.request, "topic", node, "in:prompt")).json()
    ends = {"sourceNodeId": draft.request, "targetNodeId": node}
    handles = {"sourceHandle": "topic", "targetHandle": "in:prompt"}
    place, body = {
        "id": (f"edges/{edge['edgeId']}", None),
        "body id": ("edges", {"edgeId": edge["edgeId"]}),
        "nodes": ("edges", ends),
        "nodes and handles": ("edges", {**ends, **handles}),
    }[by]

    answer = await draft.delete(place, body)

    assert answer.json() == {"success": True}
    assert (await draft.graph())["edges"] == []


async def test_a_deleted_workflow_is_gone(draft: Draft) -> None:
    answer = await draft.http.delete(f"v1/workflows/{draft.id}")

    assert answer.json() == {"success": True}
    assert (await draft.http.get(f"v1/workflows/{draft.id}")).status_code == 404


# Refusals -------------------------------------------------------------------------------------


async def test_kinds_that_do_not_fit_are_refused_with_what_would(draft: Draft) -> None:
    node = await draft.add("crop_image")

    answer = await draft.connect(draft.request, "topic", node, "in:image_url")

    assert (answer.status_code, answer.json()["code"]) == (400, "GRAPH_RULE")
    assert "gives text" in answer.json()["message"]


async def test_the_ends_of_a_workflow_stay(draft: Draft) -> None:
    answer = await draft.delete(f"nodes/{draft.response}")

    assert (answer.status_code, answer.json()["code"]) == (400, "GRAPH_RULE")


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("PATCH", "nodes/node_0", {"inputs": {"prompt": "x"}}),
        ("DELETE", "nodes/node_0", None),
        ("DELETE", "edges/edge_0", None),
        ("DELETE", "edges", {"edgeId": "edge_0"}),
        ("DELETE", "edges", {"sourceNodeId": "node_0", "targetNodeId": "node_1"}),
        ("POST", "nodes", {"nodeType": "no_such_model"}),
        ("POST", "nodes", {"nodeType": "flux_2_pro", "mode": "video"}),
    ],
)
async def test_what_is_not_there_is_not_found(
    draft: Draft, method: str, what: str, body: Any
) -> None:
    answer = await draft.http.request(method, f"v1/workflows/{draft.id}/{what}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_an_edge_to_a_node_that_was_deleted_meanwhile_is_not_found(draft: Draft) -> None:
    node = await draft.add()
    await draft.delete(f"nodes/{node}")

    answer = await draft.connect(draft.request, "topic", node, "in:prompt")

    assert answer.status_code == 404
    assert answer.json()["message"].startswith(f"This workflow has no node '{node}'.")


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("PATCH", "", {}),
        ("PATCH", "", {"name": "  "}),
        ("PATCH", "", {"nodes": []}),
        ("POST", "/nodes", {}),
        ("POST", "/nodes", {"nodeType": "gpt_5_4", "column": 0}),
        ("POST", "/nodes", {"nodeType": "gpt_5_4", "inputs": {"promt": "x"}}),
        ("POST", "/edges", {"sourceNodeId": "a"}),
        ("DELETE", "/edges", {"sourceNodeId": "a"}),
        ("DELETE", "/edges", None),
    ],
)
async def test_an_edit_of_another_shape_is_refused(
    draft: Draft, method: str, what: str, body: Any
) -> None:
    answer = await draft.http.request(method, f"v1/workflows/{draft.id}{what}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x", "requestFields": [{"name": "y", "type": "any"}]},
        {"name": "x", "requestFields": [{"name": "n", "type": "number", "value": "many"}]},
    ],
)
async def test_a_workflow_of_another_shape_is_refused(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post("v1/workflows", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


EDITS = [
    ("PATCH", "", {"name": "Mine"}),
    ("DELETE", "", None),
    ("POST", "/nodes", {"nodeType": "gpt_5_4"}),
    ("DELETE", "/nodes/node_gpt_5_4", None),
]


@pytest.mark.parametrize(("method", "what", "body"), EDITS)
async def test_a_template_is_only_read(
    http: httpx.AsyncClient, method: str, what: str, body: Any
) -> None:
    answer = await http.request(method, f"v1/workflows/gpt_5_4{what}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "GRAPH_RULE")
    assert "Create a workflow of your own" in answer.json()["message"]


@pytest.mark.parametrize(("method", "what", "body"), EDITS)
async def test_an_unknown_workflow_is_not_edited(
    http: httpx.AsyncClient, method: str, what: str, body: Any
) -> None:
    answer = await http.request(method, f"v1/workflows/unknown{what}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_workflow_of_somebody_else_is_not_found(draft: Draft, magica: LocalMagica) -> None:
    stranger = magica.create_account("Stranger").key

    answer = await draft.http.delete(
        f"v1/workflows/{draft.id}", headers={"Authorization": f"Bearer {stranger}"}
    )

    assert answer.status_code == 404


async def test_a_workflow_has_room_for_a_hundred_nodes(draft: Draft) -> None:
    for _ in range(MOST_NODES - 2):
        await draft.add("crop_image")

    answer = await draft.post("nodes", {"nodeType": "crop_image"})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


# Node types -----------------------------------------------------------------------------------


async def test_node_types_tell_their_ports(http: httpx.AsyncClient) -> None:
    rows = (await http.get("v1/node-types", params={"category": "llm"})).json()["nodeTypes"]

    gpt = next(row for row in rows if row["nodeType"] == "gpt_5_4")
    assert {row["category"] for row in rows} == {"llm"}
    prompt = {"handle": "in:prompt", "type": "text", "required": True, "multiple": False}
    assert gpt["inputs"][0].items() >= prompt.items()
    assert [port["handle"] for port in gpt["outputs"]] == ["out:output"]


async def test_an_unknown_category_is_answered_with_the_known_ones(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/node-types", params={"category": "smell"})

    assert answer.status_code == 400
    assert "'utility'" in answer.json()["message"]


async def test_the_hosted_dialect_builds_too(hosted_http: httpx.AsyncClient) -> None:
    draft = await drafted(hosted_http)
    node = await draft.add()

    answer = await draft.connect(draft.request, "topic", node, "in:prompt")

    assert answer.status_code == 200
    assert (await draft.patch("", {"description": "Short."})).status_code == 200
