"""What an unsuccessful answer means."""

import json

import httpx
import pytest

from magica_mcp.api.failures import (
    NOTHING_STARTED,
    OPEN_CHANGE,
    OPEN_START,
    failure,
    no_answer,
    seconds_to_wait,
    unreadable,
)
from magica_mcp.api.retry import Effect, Trouble
from magica_mcp.api.subject import READ_AGAIN, Subject
from magica_mcp.errors import (
    ApiError,
    ConflictError,
    GoneError,
    NotFoundError,
    OutcomeUnknownError,
    OutOfCreditsError,
    RateLimitedError,
    RejectedError,
    ServerFailedError,
    UnauthorizedError,
    UnreachableError,
    UnreadableAnswerError,
)

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "error", "trouble", "advice"),
    [
        (301, UnreachableError, Trouble.UNREADABLE, "MAGICA_BASE_URL"),
        (400, RejectedError, Trouble.REFUSED, "get_model_schema"),
        (401, UnauthorizedError, Trouble.REFUSED, "MAGICA_API_KEY"),
        (403, OutOfCreditsError, Trouble.REFUSED, "get_balance"),
        (404, NotFoundError, Trouble.REFUSED, "MAGICA_BASE_URL"),
        (405, RejectedError, Trouble.REFUSED, ""),
        (408, UnreachableError, Trouble.LATE, "again"),
        (409, ConflictError, Trouble.REFUSED, "Look at it again"),
        (410, GoneError, Trouble.REFUSED, "search_tools"),
        (413, RejectedError, Trouble.REFUSED, "URLs"),
        (422, RejectedError, Trouble.REFUSED, "get_model_schema"),
        (429, RateLimitedError, Trouble.LIMITED, "Wait a minute"),
        (500, ServerFailedError, Trouble.FAILED, "again"),
        (503, ServerFailedError, Trouble.FAILED, "again"),
    ],
)
def test_a_status_becomes_one_error_with_a_next_step(
    status: int, error: type[ApiError], trouble: Trouble, advice: str
) -> None:
    failed = failure(status, b'{"message": "words"}', JSON)

    assert (type(failed.error), failed.error.status, failed.trouble) == (error, status, trouble)
    assert advice in str(failed.error)


def test_magicas_message_is_quoted_with_its_details() -> None:
    body = {"message": "Invalid input", "details": [{"path": ["input", "n"], "message": "too_big"}]}

    error = failure(400, json.dumps(body).encode(), JSON).error

    assert 'Magica says: "Invalid input (input.n: too_big)."' in str(error)


@pytest.mark.parametrize(
    ("kind", "tool"),
    [
        ("run", "list_runs"),
        ("workflow", "list_workflows"),
        ("model", "search_tools"),
        ("node", "get_workflow"),
        ("edge", "get_workflow"),
        ("node type", "list_node_types"),
    ],
)
def test_what_was_not_found_is_named_with_where_to_look(kind: str, tool: str) -> None:
    text = str(failure(404, b"", JSON, subject=Subject(kind, "abc")).error)

    assert f"{kind} 'abc'" in text
    assert tool in text


def test_everything_that_may_be_missing_is_named() -> None:
    others = (Subject("node", "n2"), Subject("workflow", "w1"))
    error = failure(404, b"", JSON, subject=Subject("node", "n1", others)).error

    assert str(error).startswith("Magica knows no node 'n1', node 'n2' or workflow 'w1', or it ")


def test_a_file_to_upload_is_never_what_is_missing() -> None:
    error = failure(404, b"", JSON, subject=Subject("file", "kite.png")).error

    assert "does not know this address" in str(error)


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("model", "get_model_schema"),
        ("node type", "get_model_schema"),
        ("node", "list_node_types"),
        ("edge", "get_workflow"),
        ("file", "public http"),
    ],
)
def test_a_refusal_says_where_to_look_for_what_is_right(kind: str, advice: str) -> None:
    assert advice in str(failure(400, b"", JSON, subject=Subject(kind, "abc")).error)


@pytest.mark.parametrize("kind", ["workflow", "node", "node type", "edge"])
def test_an_edit_that_met_another_one_is_advised_to_read_again(kind: str) -> None:
    subject = Subject(kind, "abc")
    error = failure(409, b"", JSON, effect=Effect.CHANGE, subject=subject).error

    assert str(error).endswith(READ_AGAIN)


def test_a_conflict_of_a_run_is_no_conflict_of_edits() -> None:
    error = failure(409, b"", JSON, effect=Effect.CHANGE, subject=Subject("run", "r1")).error

    assert "Look at it again" in str(error)


def test_a_retired_model_is_named() -> None:
    error = failure(410, b"", JSON, subject=Subject("model", "gpt_image_1")).error

    assert str(error).startswith("The model 'gpt_image_1' is retired (410).")


def test_a_web_page_that_refuses_is_not_taken_for_missing_credits() -> None:
    assert type(failure(403, b"<html>blocked</html>", HTML).error) is UnreachableError


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422])
def test_a_refused_start_says_that_nothing_was_charged(status: int) -> None:
    assert NOTHING_STARTED in str(failure(status, b"", JSON, effect=Effect.START).error)


@pytest.mark.parametrize("status", [302, 408, 500, 502, 503, 504, 520])
def test_a_start_that_may_have_been_accepted_is_an_unknown_outcome(status: int) -> None:
    error = failure(status, b"<html>", HTML, effect=Effect.START).error

    assert type(error) is OutcomeUnknownError
    assert str(error).endswith(OPEN_START)


def test_a_start_that_met_a_limit_may_have_been_sent_on_all_the_same() -> None:
    error = failure(429, b"", {**JSON, "retry-after": "30"}, effect=Effect.START).error

    assert type(error) is OutcomeUnknownError
    assert "Wait 30 seconds" in error.what
    assert error.status == 429


def test_a_change_that_may_have_happened_says_so() -> None:
    error = failure(502, b"", JSON, effect=Effect.CHANGE).error

    assert type(error) is ServerFailedError
    assert str(error).endswith(OPEN_CHANGE)


def test_a_limit_tells_how_long_to_wait() -> None:
    failed = failure(429, b"", {"retry-after": "40"})

    assert failed.retry_after == 40
    assert "Wait 40 seconds" in str(failed.error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Oct 2026 08:47:10 GMT"}, 70),
        ({"x-ratelimit-reset": "1790844360500"}, 0.5),
        ({"x-ratelimit-reset": "1790844000000"}, 0),
        ({"retry-after": "9", "x-ratelimit-reset": "1790844390500"}, 9),
        ({"retry-after": "soon", "x-ratelimit-reset": "1790844365000"}, 5),
    ],
)
def test_the_time_to_wait_is_read_from_either_header(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert seconds_to_wait(headers, now=1_790_844_360.0) == seconds


@pytest.mark.parametrize(
    ("cause", "trouble"),
    [
        (httpx.ConnectError("refused"), Trouble.NOT_SENT),
        (httpx.ConnectTimeout("slow"), Trouble.NOT_SENT),
        (httpx.PoolTimeout("busy"), Trouble.NOT_SENT),
        (httpx.ReadTimeout("slow"), Trouble.LATE),
        (httpx.WriteTimeout("slow"), Trouble.LATE),
        (TimeoutError(), Trouble.LATE),
        (httpx.ReadError("reset"), Trouble.LOST),
        (httpx.WriteError("reset"), Trouble.LOST),
        (httpx.RemoteProtocolError("closed"), Trouble.LOST),
        (httpx.DecodingError("gzip"), Trouble.UNREADABLE),
    ],
)
def test_silence_is_told_apart_by_whether_anything_was_sent(
    cause: httpx.RequestError | TimeoutError, trouble: Trouble
) -> None:
    assert no_answer(cause, host="magica.test", effect=Effect.NONE).trouble is trouble


def test_silence_names_the_host_and_the_reason() -> None:
    failed = no_answer(httpx.ConnectError("refused"), host="magica.test", effect=Effect.NONE)

    assert str(failed).startswith("Could not connect to magica.test: refused. Check the network")


@pytest.mark.parametrize("cause", [httpx.ReadTimeout("x"), httpx.ReadError("x"), TimeoutError()])
def test_silence_after_a_start_is_an_unknown_outcome(
    cause: httpx.RequestError | TimeoutError,
) -> None:
    error = no_answer(cause, host="magica.test", effect=Effect.START).error

    assert type(error) is OutcomeUnknownError


def test_a_start_that_never_left_has_started_nothing() -> None:
    error = no_answer(httpx.ConnectError("x"), host="magica.test", effect=Effect.START).error

    assert type(error) is UnreachableError
    assert NOTHING_STARTED in str(error)


@pytest.mark.parametrize(
    ("effect", "kind"),
    [(Effect.NONE, UnreadableAnswerError), (Effect.START, OutcomeUnknownError)],
)
def test_an_answer_not_understood_leaves_only_a_start_open(
    effect: Effect, kind: type[ApiError]
) -> None:
    assert type(unreadable(UnreadableAnswerError("What is this?"), effect=effect).error) is kind
