"""Which models there are, and what each of them takes."""

from collections.abc import Sequence
from functools import partial

from magica_mcp.api.cache import Cache
from magica_mcp.api.line import Line
from magica_mcp.api.paging import without_absent
from magica_mcp.api.reading import answer_as
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.models.catalog import Model, ModelSchema, ModelSearch

CATALOG_SECONDS = 600.0
"""How long Magica's own offers are believed: models, their inputs, node types, templates."""

KNOWN_SCHEMAS = 256
"""Of how many models the inputs are remembered."""


class CatalogCalls:
    """The models that Magica offers."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._models: Cache[None, tuple[Model, ...]] = Cache(
            clock=line.clock, seconds=CATALOG_SECONDS
        )
        self._schemas: Cache[str, ModelSchema] = Cache(
            clock=line.clock, seconds=CATALOG_SECONDS, limit=KNOWN_SCHEMAS
        )

    async def list_models(self) -> tuple[Model, ...]:
        """Every model; believed for ten minutes."""
        find = partial(self._line.get, "v1/models", tuple[Model, ...])
        return await self._models.get_or_find(None, find)

    async def search_models(self, query: str | None = None) -> ModelSearch:
        """Models by category, or `no_match`: the caller looks which (magica-contract 2.5)."""
        parameters = without_absent({"query": query})
        call = Call("GET", "v1/models/search", query=parameters)
        return await self._line.transport.ask(call, answer_as(ModelSearch))

    async def model_schema(self, model_id: str) -> ModelSchema:
        """The inputs of a sub-model, or of a node type's default one; believed for ten minutes."""
        path = f"v1/models/{segment(model_id)}/schema"
        find = partial(self._line.get, path, ModelSchema, subject=Subject("model", model_id))
        return await self._schemas.get_or_find(model_id, find)

    def category_of(self, names: Sequence[str]) -> str:
        """The category of a sub-model or node type as far as it is known without asking."""
        known = self._models.get(None) or ()
        modes = {mode.sub_model_id: mode.category for model in known for mode in model.sub_models}
        categories = {model.node_type: model.category for model in known} | modes
        return next((categories[name] for name in names if categories.get(name)), "")
