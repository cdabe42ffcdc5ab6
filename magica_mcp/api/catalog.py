"""Which models there are, and what each of them takes."""

from magica_mcp.api.line import Line
from magica_mcp.api.paging import without_absent
from magica_mcp.api.reading import answer_as
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, segment
from magica_mcp.models.catalog import Model, ModelSchema, ModelSearch


class CatalogCalls:
    """The models that Magica offers."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def list_models(self) -> tuple[Model, ...]:
        return await self._line.get("v1/models", tuple[Model, ...])

    async def search_models(self, query: str | None = None) -> ModelSearch:
        """Models by category, or `no_match`: the caller looks which (magica-contract 2.5)."""
        parameters = without_absent({"query": query})
        call = Call("GET", "v1/models/search", query=parameters)
        return await self._line.transport.ask(call, answer_as(ModelSearch))

    async def model_schema(self, model_id: str) -> ModelSchema:
        """The inputs of a sub-model, or of a node type's default one."""
        path = f"v1/models/{segment(model_id)}/schema"
        return await self._line.get(path, ModelSchema, subject=Subject("model", model_id))
