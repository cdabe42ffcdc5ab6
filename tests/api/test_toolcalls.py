"""The hosted MCP server's tools as plain JSON-RPC."""

import json
from typing import Any

import pytest

from magica_mcp.api.reading import Reply
from magica_mcp.api.retry import Effect
from magica_mcp.api.toolcalls import ToolAnswer, events_in, tool_answer, tool_call
from magica_mcp.errors import UnreadableAnswerError


def answered(message: Any) -> ToolAnswer:
    return tool_answer(Reply("application/json", json.dumps(message).encode()), name="list_runs")


def result(text: str, **more: Any) -> dict[str, Any]:
    content = [{"type": "image", "data": ""}, {"type": "text", "text": text}]
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": content, **more}}


def test_a_call_is_one_json_rpc_request_that_accepts_both_answers() -> None:
    call = tool_call("list_runs", {"page": 1}, effect=Effect.NONE)

    assert (call.method, call.path) == ("POST", "mcp")
    assert call.accept == "application/json, text/event-stream"
    assert call.body == {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "list_runs", "arguments": {"page": 1}},
    }


def test_structured_content_comes_before_text() -> None:
    assert answered(result('{"a": 1}', structuredContent={"b": 2})).content == {"b": 2}


def test_without_structured_content_the_first_text_is_read() -> None:
    assert answered(result('{"a": 1}')).content == {"a": 1}


@pytest.mark.parametrize("text", ["Two runs.", "7"])
def test_without_any_json_its_words_are_the_answer(text: str) -> None:
    assert answered(result(text)).content == text


def test_an_answer_without_any_part_is_empty() -> None:
    assert answered({"jsonrpc": "2.0", "id": 1, "result": {}}).content is None


@pytest.mark.parametrize("message", [[], {}, {"result": 7}, {"id": 1}, "text"])
def test_what_is_no_answer_is_unreadable(message: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        answered(message)


@pytest.mark.parametrize(
    ("text", "more", "status"),
    [
        ("Workflow not found: w1", {}, 404),
        ("Error executing tool list_runs: workflow 'w1' not found", {}, 404),
        ("There is no workflow 'w1'. list_workflows shows yours.", {}, 404),
        ("No workflow is called 'w1'.", {}, 404),
        ("Unknown error", {}, 400),
        ("limit must be positive", {}, 400),
        ("There is no input 'promt' on node 'n1'.", {}, 400),
        ("Field 'promt' does not exist", {}, 400),
        ('{"message": "gone", "code": "GONE"}', {}, 410),
        ("x", {"structuredContent": {"message": "slow", "code": "RATE_LIMITED"}}, 429),
        ('{"message": "odd", "code": "SOMETHING"}', {}, 400),
    ],
)
def test_a_complaint_is_as_the_status_that_says_the_same(
    text: str, more: dict[str, Any], status: int
) -> None:
    answer = answered(result(text, isError=True, **more))

    assert (answer.status, answer.is_absent) == (status, False)


@pytest.mark.parametrize(
    "text",
    [
        "Unknown tool: list_runs",
        "Tool list_runs not found",
        "MCP error -32602: Tool list_runs not found",
    ],
)
def test_a_missing_tool_is_told_from_a_missing_thing(text: str) -> None:
    assert answered(result(text, isError=True)).is_absent


def json_rpc_error(code: int, text: str) -> ToolAnswer:
    return answered({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": text}})


@pytest.mark.parametrize(
    ("code", "text"), [(-32601, "Method not found"), (-32602, "Unknown tool: list_runs")]
)
def test_a_json_rpc_error_may_say_that_there_is_no_tool(code: int, text: str) -> None:
    assert json_rpc_error(code, text).is_absent


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [(-32602, "Invalid params", 400), (-32603, "Internal error", 500), (-32000, "not found", 404)],
)
def test_another_json_rpc_error_is_a_complaint(code: int, text: str, status: int) -> None:
    answer = json_rpc_error(code, text)

    assert (answer.complaint, answer.is_absent, answer.status) == (text, False, status)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_stream_is_read_past_comments_and_notifications(end: str) -> None:
    lines = [
        ": keep-alive",
        "",
        "event: message",
        'data: {"jsonrpc": "2.0", "method": "notifications/progress"}',
        "",
        "data: not json",
        "",
        'data:{"jsonrpc": "2.0", "id": 1, "result":',
        'data: {"structuredContent": {"text": "a\u2028b"}}}',
    ]
    stream = end.join(lines).encode()

    answer = tool_answer(Reply("text/event-stream; charset=utf-8", stream), name="list_runs")

    assert answer.content == {"text": "a\u2028b"}


@pytest.mark.parametrize("stream", [b"", b": nothing\n\n", b"event: message\n\n"])
def test_a_stream_without_data_has_no_events(stream: bytes) -> None:
    assert events_in(stream) == []
