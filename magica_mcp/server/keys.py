"""Whose key a request comes with: over HTTP its own, over stdio none."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_KEY: ContextVar[str | None] = ContextVar("magica_key", default=None)
SCHEME = "bearer "


def current_key() -> str | None:
    """The key of the request that is being answered; None: the server's own."""
    return _KEY.get()


def key_in(headers: Mapping[str, str] | None) -> str | None:
    """The bearer key among headers, if there is one."""
    given = (headers or {}).get("authorization", "").strip()
    return given[len(SCHEME) :].strip() or None if given.lower().startswith(SCHEME) else None


async def with_key_of_request(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> HandlerResult:
    """Middleware: everything that a request leads to sees its key, and no other request's."""
    token = _KEY.set(key_in(getattr(ctx.request, "headers", None)))
    try:
        return await call_next(ctx)
    finally:
        _KEY.reset(token)
