"""Two ways to the same operation, and which one is taken."""

import httpx
import pytest

from magica_mcp.api.operations import OPERATIONS
from magica_mcp.api.retry import Effect
from magica_mcp.errors import (
    ApiError,
    NotFoundError,
    RejectedError,
    ServerFailedError,
    UnreachableError,
    UnreadableAnswerError,
)
from magica_mcp.graph.lifecycle import RunStatus
from tests.api.stage import Reply, Stage, answer, recorded, sample, web_page

GET = "GET v1/workflows/w1"
TOOL = "POST mcp"


def streamed(name: str) -> httpx.Response:
    text = f": ping\n\ndata: {answer(sample(name)).text}\n\n"
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


def test_no_paid_operation_has_a_second_way() -> None:
    assert all(operation.effect is not Effect.START for operation in OPERATIONS.values())


async def test_where_rest_answers_the_tool_is_not_asked() -> None:
    stage = Stage({GET: recorded("workflow")})
    await stage.client.get_workflow("w1")

    assert stage.sent == [GET]


@pytest.mark.parametrize(
    "missing", [recorded("error_404_type", 404), web_page(404), answer({}, 405), web_page(200)]
)
async def test_a_path_that_is_not_there_leads_to_the_tool(missing: Reply) -> None:
    stage = Stage({GET: missing, TOOL: recorded("tool_get_workflow")})
    workflow = await stage.client.get_workflow("w1")

    assert (workflow.name, stage.sent) == ("Kite poster", [GET, TOOL])


async def test_the_tool_gets_the_same_arguments() -> None:
    stage = Stage({TOOL: recorded("tool_get_workflow")})
    await stage.client.get_workflow("w1")

    assert stage.body()["params"] == {"name": "get_workflow", "arguments": {"workflowId": "w1"}}


@pytest.mark.parametrize(
    "reply",
    [
        recorded("tool_get_workflow"),
        recorded("tool_get_workflow_text"),
        streamed("tool_get_workflow"),
    ],
)
async def test_the_tools_answer_is_read_in_any_form(reply: Reply) -> None:
    stage = Stage({TOOL: reply})

    assert len((await stage.client.get_workflow("w1")).nodes) == 3


async def test_the_way_that_answered_is_taken_from_then_on() -> None:
    stage = Stage({TOOL: recorded("tool_get_workflow")})
    await stage.client.get_workflow("w1")
    await stage.client.get_workflow("w1")

    assert stage.sent == [GET, TOOL, TOOL]


async def test_where_rest_has_answered_a_404_is_about_the_workflow() -> None:
    stage = Stage({GET: recorded("workflow")})
    await stage.client.get_workflow("w1")

    with pytest.raises(NotFoundError, match="no workflow 'w2'"):
        await stage.client.get_workflow("w2")
    assert TOOL not in stage.sent


async def test_what_both_ways_do_not_know_is_not_found() -> None:
    stage = Stage({TOOL: recorded("tool_unknown_workflow")})

    with pytest.raises(NotFoundError, match="no workflow 'wf_nope'"):
        await stage.client.get_workflow("wf_nope")


async def test_a_workflow_unknown_to_both_decides_nothing_about_the_way() -> None:
    replies = [recorded("tool_unknown_workflow"), recorded("tool_get_workflow")]
    stage = Stage({TOOL: replies})
    with pytest.raises(NotFoundError):
        await stage.client.get_workflow("wf_nope")

    assert (await stage.client.get_workflow("w1")).name == "Kite poster"


@pytest.mark.parametrize(
    "absent",
    [
        recorded("error_404_type", 404),
        answer({}, 405),
        recorded("error_401", 401),
        web_page(401),
        web_page(200),
        recorded("tool_absent"),
    ],
)
async def test_where_there_is_no_tool_the_first_answer_stands(absent: Reply) -> None:
    stage = Stage({TOOL: absent})

    with pytest.raises(NotFoundError, match="no workflow 'w1'"):
        await stage.client.get_workflow("w1")


@pytest.mark.parametrize("absent", [recorded("error_404_type", 404), recorded("tool_absent")])
async def test_where_there_is_no_tool_it_is_asked_only_once(absent: Reply) -> None:
    stage = Stage({TOOL: absent})
    for _time in range(2):
        with pytest.raises(NotFoundError):
            await stage.client.get_workflow("w1")

    assert stage.sent == [GET, TOOL, GET]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(web_page(502), ServerFailedError), (httpx.ConnectError("no"), UnreachableError)],
)
async def test_a_second_way_out_of_order_is_not_mistaken_for_a_missing_workflow(
    trouble: Reply, error: type[ApiError]
) -> None:
    stage = Stage({TOOL: trouble})

    with pytest.raises(error):
        await stage.client.get_workflow("w1")


@pytest.mark.parametrize("trouble", [web_page(500), httpx.ReadTimeout("slow")])
async def test_trouble_on_the_first_way_is_no_reason_for_the_second(trouble: Reply) -> None:
    stage = Stage({GET: trouble})

    with pytest.raises(ApiError):
        await stage.client.get_workflow("w1")
    assert TOOL not in stage.sent


async def test_a_complaint_of_the_tool_is_an_error_of_ours() -> None:
    complaint = {"content": [{"type": "text", "text": "limit must be positive"}], "isError": True}
    stage = Stage({TOOL: answer({"jsonrpc": "2.0", "id": 1, "result": complaint})})

    with pytest.raises(RejectedError, match=r'Magica says: "limit must be positive\."'):
        await stage.client.list_runs()


async def test_runs_are_listed_by_the_tool() -> None:
    result = {"content": [], "structuredContent": sample("runs_page")}
    stage = Stage({TOOL: answer({"jsonrpc": "2.0", "id": 1, "result": result})})
    runs = await stage.client.list_runs(workflow_id="w1")

    assert len(runs.items) == 1
    assert stage.body()["params"]["arguments"] == {"workflowId": "w1", "page": 1, "pageSize": 20}


async def test_a_run_is_canceled_by_the_tool() -> None:
    result = {"content": [], "structuredContent": {"run": sample("run_both_shapes")}}
    stage = Stage({TOOL: answer({"jsonrpc": "2.0", "id": 1, "result": result})})

    assert (await stage.client.cancel_run("r1")).status is RunStatus.CANCELED


async def test_a_change_that_was_answered_unreadably_is_not_done_a_second_way() -> None:
    stage = Stage({"POST v1/runs/r1/cancel": web_page(200)})

    with pytest.raises(UnreadableAnswerError, match="Whether it took effect"):
        await stage.client.cancel_run("r1")
    assert TOOL not in stage.sent


async def test_a_tool_whose_answer_has_another_shape_is_unreadable() -> None:
    result = {"content": [], "structuredContent": {"workflow": {"title": "a"}}}
    stage = Stage({TOOL: answer({"jsonrpc": "2.0", "id": 1, "result": result})})

    with pytest.raises(UnreadableAnswerError, match="not known here"):
        await stage.client.get_workflow("w1")
