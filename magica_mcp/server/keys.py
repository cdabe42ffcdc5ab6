"""Whose key a request comes with: over HTTP its own, over stdio none."""

from collections.abc import Coroutine, Mapping
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


def with_key_of_request(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> Coroutine[Any, Any, HandlerResult]:
    """Middleware: everything that a request leads to sees its key, and no other request's."""
    key = key_in(getattr(ctx.request, "headers", None))
    if key == current_key():
        return call_next(ctx)  # type: ignore[return-value]  # the SDK's are coroutines
    return _with_key(key, ctx, call_next)


async def _with_key(
    key: str | None, ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> HandlerResult:
    token = _KEY.set(key)
    try:
        return await call_next(ctx)
    finally:
        _KEY.reset(token)
