import json
from typing import Any

import httpx
import pytest

from magica_mcp.local.app import create_app
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.hosted_mcp import AnswerForm, wants_events
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.local.routes.running import any_template, finished, start_template

BOTH = "application/json, text/event-stream"


async def call(http: httpx.AsyncClient, name: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, asked without any introduction."""
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments},
    }
    answer = await http.post("mcp", json=message, headers={"Accept": BOTH})
    result: dict[str, Any] = answer.json()["result"]
    return result


async def test_a_workflow_comes_as_text_and_as_a_value(hosted_http: httpx.AsyncClient) -> None:
    slug = await any_template(hosted_http)

    result = await call(hosted_http, "get_workflow", workflowId=slug)

    assert result["isError"] is False
    assert {"id", "nodes", "edges"} <= result["structuredContent"].keys()
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]


async def test_an_unknown_workflow_is_an_error_of_the_tool(hosted_http: httpx.AsyncClient) -> None:
    result = await call(hosted_http, "get_workflow", workflowId="unknown")

    assert result["isError"] is True
    assert result["content"][0]["type"] == "text"


async def test_a_missing_argument_is_named(hosted_http: httpx.AsyncClient) -> None:
    result = await call(hosted_http, "get_workflow")

    assert result["content"][0]["text"] == "'workflowId' is required and must be text."


async def test_runs_are_listed(hosted_http: httpx.AsyncClient) -> None:
    run_id = await start_template(hosted_http)

    result = await call(hosted_http, "list_runs", pageSize=5)

    assert [row["id"] for row in result["structuredContent"]["items"]] == [run_id]


async def test_canceling_a_run_that_is_over_shows_it_unchanged(
    hosted_http: httpx.AsyncClient,
) -> None:
    run_id = await start_template(hosted_http)
    await finished(hosted_http, f"v1/runs/{run_id}")

    result = await call(hosted_http, "cancel_run", runId=run_id)

    assert result["structuredContent"]["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"jsonrpc": "2.0", "id": 1, "method": "no/such"}, -32601),
        ({"jsonrpc": "2.0", "id": 1}, -32601),
        ({"id": 1, "method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x"}}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": [1]}, -32600),
    ],
)
async def test_what_is_no_request_is_refused_by_its_code(
    hosted_http: httpx.AsyncClient, message: dict[str, Any], code: int
) -> None:
    answer = await hosted_http.post("mcp", json=message)

    assert answer.json()["error"]["code"] == code


async def test_an_introduction_is_answered_but_not_needed(hosted_http: httpx.AsyncClient) -> None:
    message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}

    answer = await hosted_http.post("mcp", json=message)

    assert answer.json()["result"]["capabilities"] == {"tools": {}}


async def test_a_notification_is_only_taken_note_of(hosted_http: httpx.AsyncClient) -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}

    answer = await hosted_http.post("mcp", json=message)

    assert (answer.status_code, answer.content) == (202, b"")


async def test_an_answer_may_be_an_event(magica: LocalMagica, account: NewAccount) -> None:
    app = create_app(magica, dialect=Dialect.HOSTED, mcp_form=AnswerForm.EVENTS)
    message = {"jsonrpc": "2.0", "id": 7, "method": "ping"}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.post(
            "http://127.0.0.1/api/mcp",
            json=message,
            headers={"Authorization": f"Bearer {account.key}"},
        )

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == 'event: message\ndata: {"jsonrpc": "2.0", "id": 7, "result": {}}\n\n'


@pytest.mark.parametrize(
    ("accept", "form", "events"),
    [
        (BOTH, AnswerForm.AS_ASKED, False),
        ("text/event-stream, application/json", AnswerForm.AS_ASKED, True),
        ("text/event-stream;q=1", AnswerForm.AS_ASKED, True),
        ("*/*", AnswerForm.AS_ASKED, False),
        ("", AnswerForm.AS_ASKED, False),
        ("text/event-stream", AnswerForm.JSON, False),
        ("application/json", AnswerForm.EVENTS, True),
    ],
)
def test_the_first_form_that_is_accepted_is_sent(
    accept: str, form: AnswerForm, *, events: bool
) -> None:
    assert wants_events(accept, form=form) is events


async def test_our_own_dialect_has_no_hosted_tools(http: httpx.AsyncClient) -> None:
    assert (await http.post("mcp", json={})).status_code == 404
