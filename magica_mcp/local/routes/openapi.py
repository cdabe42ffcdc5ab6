"""The OpenAPI of what a dialect serves, and what each endpoint tells about itself there."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from magica_mcp.local.auth import OPEN_PATHS
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.routes.arriving import CONTENT_PATH, LARGEST_FILE, UPLOAD_HEADER
from magica_mcp.local.routes.bodies import Failure, Unauthorized
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.waiting import LONGEST_WAIT, WAIT_HEADER
from magica_mcp.models.wire import JsonObject

PREFIX = "/api"
TITLE, VERSION = "Magica REST API", "1.0.0"
PUBLIC, LOCAL_ONLY = "Public REST", "Local Magica"

Responses = dict[int | str, dict[str, Any]]

_FAILURES: Mapping[int | str, str] = {
    400: "The request cannot be read or used as it is; the text says why.",
    403: "The account has too few credits; nothing was started.",
    404: "No such thing, or it belongs to another account.",
    410: "The model is retired.",
    413: "The file is larger than what is kept.",
    422: "This installation cannot run the model.",
    429: "The key's minute or day is used up.",
    507: "The disk is full; nothing was kept.",
    "4XX": "Any other refusal.",
    "5XX": "A failure of the server itself.",
}
_OF_EVERY_ENDPOINT: tuple[int | str, ...] = (400, 429, "4XX", "5XX")

_COUNT = {"schema": {"type": "integer", "minimum": 0}}
_LEFT = {
    "X-RateLimit-Remaining": {
        **_COUNT,
        "description": "Requests left in the current window, where the key is limited.",
    },
    "X-RateLimit-Reset": {
        **_COUNT,
        "description": "When that window ends, in milliseconds since 1970.",
    },
}
_RETRY = {"Retry-After": {**_COUNT, "description": "Seconds to wait."}}
_WAIT = {
    WAIT_HEADER: {
        "schema": {"type": "integer", "const": LONGEST_WAIT},
        "description": "The most seconds that `wait` may ask for.",
    }
}
_UPLOAD = {
    UPLOAD_HEADER: {
        "schema": {"type": "integer", "const": LARGEST_FILE},
        "description": f"The most bytes that a file sent to {CONTENT_PATH} may have.",
    }
}
_A_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def told_of(endpoint: Endpoint, dialect: Dialect) -> dict[str, Any]:
    """What FastAPI is told about an endpoint, so that the OpenAPI can tell it on."""
    name = endpoint.answer.__name__
    return {
        "include_in_schema": endpoint.shows is not None,
        "operation_id": name,
        "summary": name.replace("_", " ").capitalize(),
        "tags": [PUBLIC if endpoint.attested else LOCAL_ONLY],
        "responses": _responses(endpoint, dialect) if endpoint.shows is not None else {},
        "openapi_extra": {"requestBody": _A_FILE} if endpoint.takes_bytes else None,
    }


def _responses(endpoint: Endpoint, dialect: Dialect) -> Responses:
    announced = _announced(endpoint) if dialect is Dialect.LOCAL else {}
    told: Responses = {
        endpoint.status: {
            "model": endpoint.shows,
            "description": "Accepted." if endpoint.status == 202 else "Success.",
            "headers": {**_LEFT, **announced},
        },
        401: {"model": Unauthorized, "description": "The key is missing, revoked or expired."},
    }
    for status in (*_OF_EVERY_ENDPOINT, *endpoint.fails):
        told[status] = {"model": Failure, "description": _FAILURES[status]}
    told[429]["headers"] = {**_LEFT, **_RETRY}
    return told


def _announced(endpoint: Endpoint) -> dict[str, Any]:
    return {**(_WAIT if endpoint.is_about_runs else {}), **_UPLOAD}


def show_openapi(request: Request) -> Response:
    """This description; it needs no key."""
    app: FastAPI = request.app
    app.openapi_schema = app.openapi_schema or described(app)
    server = {"url": str(request.base_url).rstrip("/") + PREFIX}
    return JSONResponse({**app.openapi_schema, "servers": [server]})


def described(app: FastAPI) -> JsonObject:
    spec: dict[str, Any] = get_openapi(title=TITLE, version=VERSION, routes=app.routes)
    spec["paths"] = {
        path.removeprefix(PREFIX): _with_open_ones(path, operations)
        for path, operations in spec["paths"].items()
    }
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    spec["components"]["securitySchemes"] = {"bearerAuth": scheme}
    spec["security"] = [{"bearerAuth": []}]
    return spec


def _with_open_ones(path: str, operations: dict[str, Any]) -> dict[str, Any]:
    if path not in OPEN_PATHS:
        return operations
    return {method: {**operation, "security": []} for method, operation in operations.items()}


ENDPOINTS = (Endpoint("GET", "/v1/openapi.json", show_openapi, shows=JsonObject),)
