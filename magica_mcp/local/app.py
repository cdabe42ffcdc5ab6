"""The REST application of local Magica: its endpoints, gates and failures, put together."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.params import Depends as DependsOn
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from magica_mcp.local.auth import LOOPBACK_NAMES, AddressGate, BodyGate, KeyGate
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.failures import EXCEPTION_HANDLERS, UnexpectedFailures
from magica_mcp.local.hosted_mcp import AnswerForm, mcp_endpoint
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.rates import STRICT, Limits, RateGate
from magica_mcp.local.routes import (
    arriving,
    balance,
    building,
    docs,
    instance,
    library,
    media,
    models,
    nodes,
    openapi,
    runs,
    webhooks,
    workflows,
)
from magica_mcp.local.routes.arriving import LARGEST_FILE, announce_upload
from magica_mcp.local.routes.endpoint import Endpoint
from magica_mcp.local.routes.instance import LocalProcess
from magica_mcp.local.routes.openapi import PREFIX, told_of
from magica_mcp.local.routes.text import refuse_unsayable_text
from magica_mcp.local.routes.waiting import announce_wait

NOUNS: tuple[tuple[Endpoint, ...], ...] = (
    workflows.ENDPOINTS,
    building.ENDPOINTS,
    runs.ENDPOINTS,
    nodes.ENDPOINTS,
    models.ENDPOINTS,
    library.ENDPOINTS,
    arriving.ENDPOINTS,
    balance.ENDPOINTS,
    webhooks.ENDPOINTS,
    openapi.ENDPOINTS,
)


def create_app(
    magica: LocalMagica,
    *,
    dialect: Dialect = Dialect.LOCAL,
    process: LocalProcess | None = None,
    names: Collection[str] = LOOPBACK_NAMES,
    mcp_form: AnswerForm = AnswerForm.AS_ASKED,
    strict: bool = False,
    allow_keyless: bool = False,
) -> FastAPI:
    """The application for one open `LocalMagica`.

    `names` are the host names it answers to; `process`, when given, can be asked about itself.
    `strict` limits each key to 60 requests a minute and 1,000 a day, where nothing else was agreed
    for it. `allow_keyless` lets programs of this machine in without a key, in the local dialect.
    """
    keyless = allow_keyless and dialect is Dialect.LOCAL
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers=dict(EXCEPTION_HANDLERS),
        middleware=[
            Middleware(UnexpectedFailures),
            Middleware(AddressGate, names=names),
            Middleware(BodyGate, streamed=_streamed(dialect)),
            Middleware(KeyGate, magica=magica, dialect=dialect, allow_keyless=keyless),
            Middleware(RateGate, usual=STRICT if strict else Limits()),
        ],
    )
    app.state.magica, app.state.dialect, app.state.process = magica, dialect, process
    _add_open_pages(app, dialect)
    own = () if process is None else instance.ENDPOINTS
    for endpoint in endpoints(dialect, own=own, mcp_form=mcp_form):
        _add(app, endpoint, dialect)
    return app


def _add_open_pages(app: FastAPI, dialect: Dialect) -> None:
    app.add_api_route(
        media.MEDIA_PATH,
        media.show_media,
        methods=["GET", "HEAD"],
        response_model=None,
        include_in_schema=False,
    )
    if dialect is Dialect.LOCAL:
        app.add_api_route(docs.DOCS_PATH, docs.show_docs, include_in_schema=False)


def _add(app: FastAPI, endpoint: Endpoint, dialect: Dialect) -> None:
    more = endpoint.locally if dialect is Dialect.LOCAL else None
    announced = _announced(endpoint) if dialect is Dialect.LOCAL else []
    texts = [] if endpoint.takes_bytes else [Depends(refuse_unsayable_text)]
    app.add_api_route(
        PREFIX + endpoint.path,
        more or endpoint.answer,
        methods=[endpoint.method],
        status_code=endpoint.status,
        response_model=Any,  # written as it is, by pydantic: much faster than by FastAPI
        dependencies=[*texts, *announced],
        **told_of(endpoint, dialect),
    )


def _announced(endpoint: Endpoint) -> list[DependsOn]:
    """What an answer says in the local dialect beside what was asked."""
    waiting = [Depends(announce_wait)] if endpoint.is_about_runs else []
    return [*waiting, Depends(announce_upload)]


def _streamed(dialect: Dialect) -> Mapping[str, int]:
    """Where files of any size may be sent, and how large they may be."""
    return {PREFIX + arriving.CONTENT_PATH: LARGEST_FILE} if dialect is Dialect.LOCAL else {}


def endpoints(
    dialect: Dialect, *, own: tuple[Endpoint, ...], mcp_form: AnswerForm
) -> tuple[Endpoint, ...]:
    """What a dialect serves; `own` are the local extensions."""
    nouns = tuple(chain.from_iterable(NOUNS))
    if dialect is Dialect.LOCAL:
        return (*nouns, *own)
    served = (
        each if each.attested else replace(each, answer=not_served, shows=None) for each in nouns
    )
    return (*served, mcp_endpoint(mcp_form))


def not_served() -> JsonValue:
    """A path is unknown, also where another method of it is known."""
    raise HTTPException(HTTPStatus.NOT_FOUND)
