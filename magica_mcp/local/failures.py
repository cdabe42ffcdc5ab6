"""What every failure looks like on the wire: a status from a table, and the error envelope.

Source: magica-contract 1.4. Nothing internal leaks: what was not raised on purpose is only logged.
"""

import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from magica_mcp import errors
from magica_mcp.models.catalog import ErrorEnvelope

logger = logging.getLogger(__name__)

STATUS_OF: Mapping[type[errors.MagicaError], int] = {
    errors.MagicaError: 500,
    errors.InvalidInputError: 400,
    errors.GraphRuleError: 400,
    errors.NameNotFoundError: 404,
    errors.AmbiguousNameError: 409,
    errors.ProviderUnavailableError: 422,  # a 5xx would leave open whether the run was accepted
    errors.UnauthorizedError: 401,
    errors.OutOfCreditsError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.GoneError: 410,
    errors.RejectedError: 400,
    errors.RateLimitedError: 429,
    errors.NoRoomError: 507,
}
"""By the nearest class: a subclass without a line of its own has that of its parent."""

CODE_OF: Mapping[int, str] = {
    400: "BAD_REQUEST",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    421: "MISDIRECTED_REQUEST",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}

SHOWN_PROBLEMS = 3


def status_of(error: errors.MagicaError) -> int:
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def new_trace_id() -> str:
    return f"req_{secrets.token_hex(12)}"


def envelope(
    status: int,
    text: str,
    *,
    code: str | None = None,
    trace_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = ErrorEnvelope(
        error=text,
        message=text,
        code=code or CODE_OF.get(status, "BAD_REQUEST"),
        traceId=trace_id or new_trace_id(),
    )
    content = body.model_dump(by_alias=True, exclude_none=True)
    return JSONResponse(content, status_code=status, headers=headers)


def unauthorized() -> JSONResponse:
    """The one failure without the envelope: an outer layer answers it (magica-contract 1.4)."""
    return JSONResponse(
        {"error": "Invalid or expired API key."},
        status_code=401,
        headers={"WWW-Authenticate": "Bearer"},
    )


async def answer_to_ours(_request: Request, error: errors.MagicaError) -> JSONResponse:
    if isinstance(error, errors.UnauthorizedError):
        return unauthorized()
    wait = error.retry_after if isinstance(error, errors.RateLimitedError) else None
    headers = {} if wait is None else {"Retry-After": str(round(wait))}
    return envelope(status_of(error), str(error), code=error.code, headers=headers)


async def answer_to_http(request: Request, error: HTTPException) -> JSONResponse:
    """A path or method that is not served, or a body that is refused unread."""
    texts = {
        404: f"There is no {request.method} {request.url.path} here. Check the path and method.",
        405: f"{request.url.path} does not answer {request.method}.",
    }
    text = texts.get(error.status_code, error.detail)
    return envelope(error.status_code, text, headers=error.headers)


async def answer_to_validation(_request: Request, error: RequestValidationError) -> JSONResponse:
    problems = error.errors()
    said = "; ".join(_problem(each) for each in problems[:SHOWN_PROBLEMS])
    more = f"; and {len(problems) - SHOWN_PROBLEMS} more" if len(problems) > SHOWN_PROBLEMS else ""
    return envelope(400, f"Invalid request: {said}{more}.", code="VALIDATION_ERROR")


def _problem(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    assert isinstance(location, tuple)
    if problem["type"] == "json_invalid":
        return "the body is not JSON"
    if location == ("body",) and problem["type"] == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ")
    if location == ("body",):
        return "the body must be a JSON object, sent with Content-Type: application/json"
    place = ".".join(str(part) for part in location[1:])
    return f"{place}: {problem['msg']}"


Answering = Callable[[Request, Any], Coroutine[Any, Any, Response]]

EXCEPTION_HANDLERS: Mapping[int | type[Exception], Answering] = {
    errors.MagicaError: answer_to_ours,
    HTTPException: answer_to_http,
    RequestValidationError: answer_to_validation,
}


class UnexpectedFailures:
    """The outermost loop: answers what nobody foresaw with a 500, and logs it by trace id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except sa.exc.OperationalError as error:
            trace_id = new_trace_id()
            logger.warning("%s: the database does not answer: %s", trace_id, error.orig)
            if not started:
                await database_is_away(trace_id)(scope, receive, send)
        except Exception:  # the outermost loop: nothing may leak or end the server
            trace_id = new_trace_id()
            logger.exception("%s: unexpected failure in %s", trace_id, scope.get("path"))
            if not started:
                answer = envelope(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    f"Local Magica failed unexpectedly. Its log says why, under {trace_id}.",
                    trace_id=trace_id,
                )
                await answer(scope, receive, send)


def database_is_away(trace_id: str) -> JSONResponse:
    """What is answered while the database is locked or out of reach."""
    return envelope(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database of local Magica does not answer just now. Try again in a moment.",
        trace_id=trace_id,
        headers={"Retry-After": "1"},
    )
