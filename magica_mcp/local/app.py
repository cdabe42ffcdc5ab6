"""The REST application of local Magica: its endpoints, gates and failures, put together."""

from collections.abc import Collection
from dataclasses import replace
from http import HTTPStatus
from itertools import chain

from fastapi import FastAPI
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from magica_mcp.local.auth import LOOPBACK_NAMES, AddressGate, BodyGate, KeyGate
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.failures import EXCEPTION_HANDLERS, UnexpectedFailures
from magica_mcp.local.hosted_mcp import AnswerForm, mcp_endpoint
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.routes import (
    balance,
    building,
    instance,
    library,
    media,
    models,
    nodes,
    runs,
    workflows,
)
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.instance import LocalProcess

PREFIX = "/api"

NOUNS: tuple[tuple[Endpoint, ...], ...] = (
    workflows.ENDPOINTS,
    building.ENDPOINTS,
    runs.ENDPOINTS,
    nodes.ENDPOINTS,
    models.ENDPOINTS,
    library.ENDPOINTS,
    balance.ENDPOINTS,
)


def create_app(
    magica: LocalMagica,
    *,
    dialect: Dialect = Dialect.LOCAL,
    process: LocalProcess | None = None,
    names: Collection[str] = LOOPBACK_NAMES,
    mcp_form: AnswerForm = AnswerForm.AS_ASKED,
) -> FastAPI:
    """The application for one open `LocalMagica`.

    `names` are the host names it answers to; `process`, when given, can be asked about itself.
    """
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers=dict(EXCEPTION_HANDLERS),
        middleware=[
            Middleware(UnexpectedFailures),
            Middleware(AddressGate, names=names),
            Middleware(BodyGate),
            Middleware(KeyGate, magica=magica, dialect=dialect),
        ],
    )
    app.state.magica, app.state.dialect, app.state.process = magica, dialect, process
    app.add_api_route(
        media.MEDIA_PATH, media.show_media, methods=["GET", "HEAD"], response_model=None
    )
    own = () if process is None else instance.ENDPOINTS
    for endpoint in endpoints(dialect, own=own, mcp_form=mcp_form):
        app.add_api_route(
            PREFIX + endpoint.path,
            endpoint.answer,
            methods=[endpoint.method],
            status_code=endpoint.status,
            response_model=None,
        )
    return app


def endpoints(
    dialect: Dialect, *, own: tuple[Endpoint, ...], mcp_form: AnswerForm
) -> tuple[Endpoint, ...]:
    """What a dialect serves; `own` are the local extensions."""
    nouns = tuple(chain.from_iterable(NOUNS))
    if dialect is Dialect.LOCAL:
        return (*nouns, *own)
    served = (each if each.attested else replace(each, answer=not_served) for each in nouns)
    return (*served, mcp_endpoint(mcp_form))


def not_served() -> JsonValue:
    """A path is unknown, also where another method of it is known."""
    raise HTTPException(HTTPStatus.NOT_FOUND)
