"""The account's signing secret and delivery log: extensions of local Magica (magica-contract 8)."""

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from magica_mcp.errors import UnauthorizedError
from magica_mcp.local.auth import Pass
from magica_mcp.local.routes import bodies
from magica_mcp.local.routes.caller import Asking, Caller, Paged, cursor_after
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.store.messages import Attempt, LoggedMessage
from magica_mcp.local.store.tables import EventType, MessageStatus
from magica_mcp.models.wire import JsonObject


class Secret(bodies.Body):
    """What webhooks of this account are signed with: `whsec_` and base64."""

    secret: str


class AttemptRow(bodies.Body):
    """One attempt: the status that was answered, or null, and what was wrong if anything was."""

    attempt: int
    begun_at: bodies.Moment
    status_code: int | None
    error: str | None
    next_attempt_at: bodies.Moment | None


class DeliveryRow(bodies.Body):
    """An event that was or will be told; `id` is its `svix-id`."""

    id: str
    run_id: str
    event: EventType
    url: str
    status: MessageStatus
    created_at: bodies.Moment
    next_attempt_at: bodies.Moment | None
    attempts: list[AttemptRow]


class DeliveryPage(bodies.Paged):
    items: list[DeliveryRow]


async def with_key(request: Request, caller: Asking) -> Caller:
    """The caller, unless it was let in without showing a key."""
    shown = getattr(request.state, "pass", None)
    if not isinstance(shown, Pass) or (shown.key is None and not shown.owns_home):
        raise UnauthorizedError("This needs a key.")
    return caller


def show_secret(caller: Annotated[Caller, Depends(with_key)]) -> Response:
    secret = caller.magica.webhooks.secret(caller.account)
    return JSONResponse({"secret": secret}, headers={"Cache-Control": "no-store"})


def list_deliveries(
    caller: Asking, paging: Paged, run_id: Annotated[str | None, Query(alias="runId")] = None
) -> JsonValue:
    found, total = caller.magica.webhooks.deliveries(
        caller.account, run_id=run_id, page=paging.page, page_size=paging.size
    )
    has_more = paging.page * paging.size < total
    return {
        "items": [_delivery(message) for message in found],
        "page": paging.page,
        "pageSize": paging.size,
        "total": total,
        "hasMore": has_more,
        "nextCursor": cursor_after(paging) if has_more else None,
    }


def _delivery(message: LoggedMessage) -> JsonObject:
    return {
        "id": message.id,
        "runId": message.run_id,
        "event": message.event.value,
        "url": message.url,
        "status": message.status.value,
        "createdAt": message.created_at,
        "nextAttemptAt": message.next_at,
        "attempts": [_attempt(attempt) for attempt in message.attempts],
    }


def _attempt(attempt: Attempt) -> JsonObject:
    return {
        "attempt": attempt.number,
        "begunAt": attempt.begun_at,
        "statusCode": attempt.status_code,
        "error": attempt.error,
        "nextAttemptAt": attempt.next_at,
    }


ENDPOINTS = (
    Endpoint("GET", "/local/webhooks/secret", show_secret, attested=False, shows=Secret),
    Endpoint(
        "GET", "/local/webhooks/deliveries", list_deliveries, attested=False, shows=DeliveryPage
    ),
)
