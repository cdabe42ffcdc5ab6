"""The models on offer: listed, searched, described and priced (magica-contract 2.5)."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from magica_mcp.local.routes import model_bodies as bodies
from magica_mcp.local.routes import shapes
from magica_mcp.local.routes.caller import Asking, magica_of
from magica_mcp.local.routes.endpoint import Endpoint


def list_models(caller: Asking) -> JsonValue:
    return [shapes.model(entry) for entry in caller.magica.catalog.models()]


def search_models(
    caller: Asking, query: str | None = None, short: Annotated[str | None, Query(alias="q")] = None
) -> JsonValue:
    return shapes.said(caller.magica.catalog.search(query or short))


def show_catalog(request: Request) -> Response:
    """The whole catalog; the one endpoint that needs no key (magica-contract 1.2)."""
    return JSONResponse(magica_of(request).catalog.raw())


def show_schema(caller: Asking, model_id: str) -> JsonValue:
    return shapes.model_schema(caller.magica.catalog.schema(model_id))


def show_pricing(caller: Asking, model_id: str) -> JsonValue:
    pricing = caller.magica.catalog.pricing(model_id)
    unknown = {"estimatedCost"} if pricing.estimated_cost is None else set()
    return {key: value for key, value in pricing.wire().items() if key not in unknown}


ENDPOINTS = (
    Endpoint("GET", "/v1/models", list_models, shows=list[bodies.ModelRow]),
    Endpoint("GET", "/v1/models/search", search_models, shows=bodies.SearchBody),
    Endpoint("GET", "/v1/models/catalog", show_catalog, shows=bodies.CatalogBody),
    Endpoint(
        "GET", "/v1/models/{model_id}/schema", show_schema, shows=bodies.SchemaBody, fails=(404,)
    ),
    Endpoint(
        "GET", "/v1/models/{model_id}/pricing", show_pricing, shows=bodies.PricingBody, fails=(404,)
    ),
)
