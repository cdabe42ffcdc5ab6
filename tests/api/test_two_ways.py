"""Every operation whose REST path is only inferred, by either of its two ways."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from magica_mcp.api.client import MagicaClient
from magica_mcp.api.operations import OPERATIONS
from magica_mcp.api.retry import Effect
from magica_mcp.errors import ApiError, RejectedError, UnreadableAnswerError
from magica_mcp.models.building import DisconnectNodes
from magica_mcp.models.media import UploadFile
from tests.api.stage import Reply, Stage, answer, recorded, sample, web_page

TOOL = "POST mcp"
BY_ID = DisconnectNodes(edge_id="e1")
BY_ENDS = DisconnectNodes(source_node_id="n1", target_node_id="n2", target_handle="in:prompt")
ENDS = {"sourceNodeId": "n1", "targetNodeId": "n2", "targetHandle": "in:prompt"}
FILE = UploadFile(url="https://a.test/kite.png", mime_type="image/png")


@dataclass(frozen=True)
class Case:
    """What is done, how it travels, and a sample of what comes back."""

    do: Callable[[MagicaClient], Awaitable[object]]
    rest: str
    sample: str
    sent: dict[str, Any] = field(default_factory=dict)
    """What travels beside the path: in the query of a GET, else in the body."""
    path: dict[str, str] = field(default_factory=dict)
    """What travels in the path."""


W, N = {"workflowId": "w1"}, {"workflowId": "w1", "nodeId": "n1"}
EDGES = "DELETE v1/workflows/w1/edges"

CASES = {
    "get_workflow": Case(
        lambda magica: magica.get_workflow("w1"), "GET v1/workflows/w1", "workflow", path=W
    ),
    "delete_workflow": Case(
        lambda magica: magica.delete_workflow("w1"), "DELETE v1/workflows/w1", "success", path=W
    ),
    "list_node_types": Case(
        lambda magica: magica.node_types(category="llm"),
        "GET v1/node-types",
        "node_types",
        {"category": "llm"},
    ),
    "update_node": Case(
        lambda magica: magica.update_node("w1", "n1", {"prompt": "a", "seed": None}),
        "PATCH v1/workflows/w1/nodes/n1",
        "success",
        {"inputs": {"prompt": "a", "seed": None}},
        path=N,
    ),
    "delete_node": Case(
        lambda magica: magica.delete_node("w1", "n1"),
        "DELETE v1/workflows/w1/nodes/n1",
        "success",
        path=N,
    ),
    "disconnect_nodes": Case(
        lambda magica: magica.disconnect_nodes("w1", BY_ID),
        f"{EDGES}/e1",
        "success",
        path={**W, "edgeId": "e1"},
    ),
    "disconnect_ends": Case(
        lambda magica: magica.disconnect_nodes("w1", BY_ENDS), EDGES, "success", ENDS, path=W
    ),
    "list_runs": Case(
        lambda magica: magica.list_runs(), "GET v1/runs", "runs_page", {"page": 1, "pageSize": 20}
    ),
    "cancel_run": Case(
        lambda magica: magica.cancel_run("r1"),
        "POST v1/runs/r1/cancel",
        "run_both_shapes",
        path={"runId": "r1"},
    ),
    "get_generations": Case(
        lambda magica: magica.media_library(type="image", cursor="c1"),
        "GET v1/media-library",
        "media_library",
        {"type": "image", "cursor": "c1", "limit": 20},
    ),
    "upload_file": Case(
        lambda magica: magica.upload_file(FILE),
        "POST v1/files",
        "upload_file",
        {"url": "https://a.test/kite.png", "mimeType": "image/png"},
    ),
}
CHANGES = sorted(name for name in CASES if OPERATIONS[name].effect is Effect.CHANGE)
ABSENT = {"404": recorded("error_404_type", 404), "404 page": web_page(404), "405": answer({}, 405)}


def tool_result(structure: JsonValue) -> httpx.Response:
    result: JsonValue = {"content": [], "structuredContent": structure}
    return answer({"jsonrpc": "2.0", "id": 1, "result": result})


def test_every_operation_with_two_ways_is_tried_here() -> None:
    assert set(CASES) == set(OPERATIONS)


@pytest.mark.parametrize("name", CASES)
async def test_rest_is_asked_first(name: str) -> None:
    case = CASES[name]
    stage = Stage({case.rest: recorded(case.sample)})
    await case.do(stage.client)
    (request,) = stage.requests
    query = {key: str(value) for key, value in case.sent.items()}
    beside = request.url.params if request.method == "GET" else json.loads(request.content or "{}")

    assert (stage.sent, dict(beside)) == (
        [case.rest],
        query if request.method == "GET" else case.sent,
    )


@pytest.mark.parametrize("absent", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize("name", CASES)
async def test_where_there_is_no_such_path_the_tool_is_asked(name: str, absent: Reply) -> None:
    case = CASES[name]
    stage = Stage({case.rest: absent, TOOL: tool_result(sample(case.sample))})
    await case.do(stage.client)

    assert stage.sent == [case.rest, TOOL]
    assert stage.body()["params"] == {
        "name": OPERATIONS[name].tool or name,
        "arguments": {**case.path, **case.sent},
    }


@pytest.mark.parametrize("name", CASES)
async def test_either_way_the_answer_is_the_same(name: str) -> None:
    case = CASES[name]
    by_rest = await case.do(Stage({case.rest: recorded(case.sample)}).client)
    by_tool = await case.do(Stage({TOOL: tool_result(sample(case.sample))}).client)

    assert by_rest == by_tool


@pytest.mark.parametrize("absent", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize("name", CASES)
async def test_the_way_that_worked_is_taken_from_then_on(name: str, absent: Reply) -> None:
    case = CASES[name]
    stage = Stage({case.rest: absent, TOOL: tool_result(sample(case.sample))})
    await case.do(stage.client)
    stage.time += 3600
    await case.do(stage.client)

    assert stage.sent == [case.rest, TOOL, TOOL]


@pytest.mark.parametrize("name", CASES)
async def test_what_the_tool_complains_about_is_an_error_of_ours(name: str) -> None:
    stage = Stage({TOOL: recorded("tool_refused_edit")})

    with pytest.raises(RejectedError, match=r"Magica says: \"There is no input 'promt'"):
        await CASES[name].do(stage.client)


@pytest.mark.parametrize(
    "trouble",
    [
        web_page(200),
        web_page(502),
        answer({}, 408),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("lost"),
    ],
)
@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_of_unknown_outcome_is_not_made_again(name: str, trouble: Reply) -> None:
    case = CASES[name]
    stage = Stage({case.rest: trouble, TOOL: recorded("success")})

    with pytest.raises(ApiError, match="Whether it took effect is not known"):
        await case.do(stage.client)
    assert stage.sent == [case.rest]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 410, 413, 422, 429])
@pytest.mark.parametrize("name", CHANGES)
async def test_a_refused_change_is_refused_for_good(name: str, status: int) -> None:
    case = CASES[name]
    stage = Stage({case.rest: answer({"message": "no"}, status), TOOL: recorded("success")})

    with pytest.raises(ApiError, match="Magica says"):
        await case.do(stage.client)
    assert stage.sent == [case.rest]


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_whose_tool_answers_unreadably_may_have_been_made(name: str) -> None:
    stage = Stage({TOOL: web_page(200)})

    with pytest.raises(UnreadableAnswerError, match="Whether it took effect is not known"):
        await CASES[name].do(stage.client)


@pytest.mark.parametrize(
    "name", ["delete_workflow", "update_node", "delete_node", "disconnect_nodes", "disconnect_ends"]
)
async def test_a_change_without_an_answer_is_done_when_the_tool_says_so_in_words(name: str) -> None:
    stage = Stage({TOOL: recorded("tool_words_only")})

    assert await CASES[name].do(stage.client) is None


async def test_a_file_too_large_for_the_tool_is_called_too_large() -> None:
    stage = Stage({TOOL: web_page(413)})

    with pytest.raises(RejectedError, match=r"too large.*public URLs"):
        await stage.client.upload_file(FILE)
