import logging
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Query
from starlette.middleware import Middleware

from magica_mcp import errors
from magica_mcp.local.failures import EXCEPTION_HANDLERS, UnexpectedFailures
from magica_mcp.models.credits import NodeToPrice


class Node(NodeToPrice, defer_build=False):
    """A body."""


RAISED: dict[str, Exception] = {
    "invalid": errors.InvalidInputError("Say it otherwise."),
    "graph": errors.GraphRuleError("It goes in circles.", rule="cycle"),
    "provider": errors.ProviderUnavailableError("No such provider here."),
    "credits": errors.OutOfCreditsError("Too few credits."),
    "absent": errors.NotFoundError("Run not found."),
    "conflict": errors.ConflictError("Not now."),
    "gone": errors.GoneError("Retired."),
    "limited": errors.RateLimitedError("Slower.", retry_after=7),
    "too-new": errors.StoreTooNewError("Update first."),
    "key": errors.UnauthorizedError("No."),
    "bug": RuntimeError("password=hunter2"),
    "database": sa.exc.OperationalError("SELECT", {}, OSError("password=hunter2")),
}

NOT_AN_OBJECT = (
    "Invalid request: the body must be a JSON object, sent with Content-Type: application/json."
)


@pytest.fixture
async def failing() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(
        exception_handlers=dict(EXCEPTION_HANDLERS), middleware=[Middleware(UnexpectedFailures)]
    )

    def fail(name: str) -> None:
        raise RAISED[name]

    def count(number: Annotated[int, Query(ge=1)]) -> int:
        return number

    def price(node: Node) -> str:
        return node.type

    app.add_api_route("/fail/{name}", fail)
    app.add_api_route("/count", count)
    app.add_api_route("/price", price, methods=["POST"])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test/"
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("invalid", 400, "VALIDATION_ERROR"),
        ("graph", 400, "GRAPH_RULE"),
        ("provider", 422, "PROVIDER_UNAVAILABLE"),
        ("credits", 403, "INSUFFICIENT_CREDITS"),
        ("absent", 404, "NOT_FOUND"),
        ("conflict", 409, "CONFLICT"),
        ("gone", 410, "GONE"),
        ("limited", 429, "RATE_LIMITED"),
        ("too-new", 500, "STORE_TOO_NEW"),
    ],
)
async def test_every_error_of_ours_has_its_status_and_code(
    failing: httpx.AsyncClient, name: str, status: int, code: str
) -> None:
    answer = await failing.get(f"fail/{name}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_envelope_has_exactly_four_keys(failing: httpx.AsyncClient) -> None:
    body = (await failing.get("fail/absent")).json()

    trace_id = body.pop("traceId")
    assert body == {"error": "Run not found.", "message": "Run not found.", "code": "NOT_FOUND"}
    assert trace_id.startswith("req_")


async def test_a_rate_limit_says_when_to_come_back(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("fail/limited")

    assert answer.headers["retry-after"] == "7"


async def test_a_refused_key_is_answered_without_the_envelope(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("fail/key")

    assert answer.status_code == 401
    assert answer.json() == {"error": "Invalid or expired API key."}
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_unforeseen_failure_shows_nothing_internal(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("fail/bug")

    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "hunter2" not in answer.text


async def test_an_unforeseen_failure_is_logged_under_its_trace_id(
    failing: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await failing.get("fail/bug")

    assert answer.json()["traceId"] in caplog.text
    assert "hunter2" in caplog.text


async def test_an_unknown_path_is_not_found(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("nowhere")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.json()["message"] == ("There is no GET /nowhere here. Check the path and method.")


async def test_a_method_that_is_not_served_names_those_that_are(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("price")

    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "Invalid request: the body is not JSON."),
        (b"", NOT_AN_OBJECT),
        (b"[]", NOT_AN_OBJECT),
        (b"{}", "Invalid request: type: Field required."),
        (b'{"type": "a", "typ": 1}', "Invalid request: typ: Extra inputs are not permitted."),
    ],
)
async def test_a_body_that_does_not_fit_is_explained(
    failing: httpx.AsyncClient, content: bytes, sentence: str
) -> None:
    answer = await failing.post(
        "price", content=content, headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["message"] == sentence


async def test_a_parameter_that_does_not_fit_is_named(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("count", params={"number": 0})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid request: number: ")


async def test_a_database_that_is_away_is_told_without_its_words(
    failing: httpx.AsyncClient,
) -> None:
    answer = await failing.get("/fail/database")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["code"] == "SERVICE_UNAVAILABLE"
    assert "hunter2" not in answer.text
