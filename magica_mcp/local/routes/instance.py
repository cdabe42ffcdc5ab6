"""The process itself, for whoever holds the token of its home; no part of Magica's own API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request
from pydantic import JsonValue

from magica_mcp.errors import ConflictError
from magica_mcp.local.instance import (
    CARD_PATH,
    PROOF_PATH,
    SCHEMA,
    SHUTDOWN_PATH,
    Instance,
    InstanceCard,
    InstanceProof,
    proof_of,
)
from magica_mcp.local.routes.caller import Owning
from magica_mcp.local.routes.endpoint import Endpoint


@dataclass(frozen=True)
class LocalProcess:
    """The process that serves: what is noted about it, and how it is ended."""

    instance: Instance
    end: Callable[[], None]


def process_of(request: Request) -> LocalProcess:
    process: LocalProcess = request.app.state.process
    return process


def prove(
    request: Request, nonce: Annotated[str, Query(min_length=16, max_length=128)]
) -> JsonValue:
    """Show a stranger, who need not show the token first, that this process knows it."""
    return InstanceProof(proof=proof_of(process_of(request).instance, nonce=nonce)).model_dump()


def show_instance(request: Request, caller: Owning) -> JsonValue:
    instance = process_of(request).instance
    card = InstanceCard(
        instance_id=instance.instance_id,
        version=instance.version,
        schema_version=SCHEMA,
        pid=instance.pid,
        unfinished_runs=caller.magica.unfinished_runs(),
        settings=instance.settings,
        is_background=instance.is_background,
    )
    return card.model_dump(by_alias=True)


def shut_down(request: Request, caller: Owning) -> JsonValue:
    unfinished = caller.magica.unfinished_runs()
    if unfinished:
        raise ConflictError(
            f"{unfinished} runs are not finished. Wait for them or cancel them first."
        )
    process_of(request).end()
    return {"success": True}


ENDPOINTS = (
    Endpoint("GET", PROOF_PATH.removeprefix("/api"), prove),
    Endpoint("GET", CARD_PATH.removeprefix("/api"), show_instance),
    Endpoint("POST", SHUTDOWN_PATH.removeprefix("/api"), shut_down),
)
