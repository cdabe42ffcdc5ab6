"""What can be read by URI: models, a model's schema, a workflow, a run, a file of the library."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import (
    Completion,
    CompletionArgument,
    PromptReference,
    ResourceTemplateReference,
)

from magica_mcp.errors import MagicaError, NameNotFoundError, NotFoundError
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.library import library_item
from magica_mcp.server.resolving import readable_workflow, resolve_model
from magica_mcp.server.workspace import Lifetime, Workspace

MIME_TYPE = "application/json"
CATALOG_URI = "magica://models"
MOST_COMPLETIONS = 100

Read = Callable[[Workspace, str], Awaitable[JsonObject]]
Suggest = Callable[[Workspace], Awaitable[list[str]]]


@dataclass(frozen=True)
class Readable:
    """One kind of thing by id: how it is read, and which ids to suggest."""

    noun: str
    title: str
    description: str
    read: Read
    suggest: Suggest

    @property
    def uri(self) -> str:
        return f"magica://{self.noun}/{{id}}"


async def catalog(workspace: Workspace) -> JsonObject:
    """All models, by category."""
    return (await workspace.client.search_models(None)).wire()


async def _schema(workspace: Workspace, model_id: str) -> JsonObject:
    model = await resolve_model(workspace.client, model_id)
    return (await workspace.client.model_schema(model.id)).wire()


async def _model_ids(workspace: Workspace) -> list[str]:
    models = await workspace.client.list_models()
    modes = [mode.sub_model_id for model in models for mode in model.sub_models]
    return [*(model.node_type for model in models), *modes]


async def _workflow(workspace: Workspace, workflow_id: str) -> JsonObject:
    return (await readable_workflow(workspace.client, workflow_id)).wire()


async def _workflow_names(workspace: Workspace) -> list[str]:
    own = await workspace.client.all_workflows()
    templates = await workspace.client.list_system_workflows()
    return [
        *(text for row in own for text in (row.id, row.name)),
        *(text for row in templates for text in (row.slug, row.name)),
    ]


async def _run(workspace: Workspace, run_id: str) -> JsonObject:
    return (await workspace.client.find_run(run_id)).wire()


async def _run_ids(workspace: Workspace) -> list[str]:
    return [run.run_id for run in (await workspace.client.list_runs()).items]


async def _media_item(workspace: Workspace, media_id: str) -> JsonObject:
    return (await library_item(workspace.client, media_id)).wire()


async def _media_ids(workspace: Workspace) -> list[str]:
    return [item.id for item in (await workspace.client.media_library(limit=100)).items]


READABLE: tuple[Readable, ...] = (
    Readable("models", "Model schema", "What a model takes.", _schema, _model_ids),
    Readable("workflows", "Workflow", "Nodes and edges.", _workflow, _workflow_names),
    Readable("runs", "Run", "State, outputs and charge.", _run, _run_ids),
    Readable("media", "Media item", "One file of the library.", _media_item, _media_ids),
)


AddResource = Callable[[MCPServer[Lifetime]], None]
"""Adds one resource, or one template, to a server."""


def resources(workspace: Callable[[], Workspace]) -> tuple[AddResource, ...]:
    """The catalog, and a template for each kind of thing."""
    return (_catalog(workspace), *(_template(kind, workspace) for kind in READABLE))


def _catalog(workspace: Callable[[], Workspace]) -> AddResource:
    async def read() -> str:
        with errors_of_resources():
            return json.dumps(await catalog(workspace()))

    def add(server: MCPServer[Lifetime]) -> None:
        server.resource(
            CATALOG_URI,
            name="catalog",
            title="Model catalog",
            description="All models, by category.",
            mime_type=MIME_TYPE,
        )(read)

    return add


def _template(kind: Readable, workspace: Callable[[], Workspace]) -> AddResource:
    async def read(id: str) -> str:  # noqa: A002 - the variable of the URI
        with errors_of_resources():
            return json.dumps(await kind.read(workspace(), id))

    def add(server: MCPServer[Lifetime]) -> None:
        server.resource(
            kind.uri,
            name=kind.noun,
            title=kind.title,
            description=kind.description,
            mime_type=MIME_TYPE,
        )(read)

    return add


async def completions(
    ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    *,
    workspace: Callable[[], Workspace],
) -> Completion | None:
    """Ids and names for what is being typed; None where there is nothing to suggest."""
    kind = _kind_of(ref, argument.name)
    if kind is None:
        return None
    try:
        known = await kind.suggest(workspace())
    except MagicaError:  # a completion is a convenience: none is better than an error
        return None
    return matching(known, argument.value)


def _kind_of(ref: PromptReference | ResourceTemplateReference, argument: str) -> Readable | None:
    """What is completed: the id of a template, or a prompt's argument such as run_id."""
    if isinstance(ref, ResourceTemplateReference):
        return next((kind for kind in READABLE if kind.uri == ref.uri), None)
    return next((kind for kind in READABLE if argument == f"{kind.noun.rstrip('s')}_id"), None)


def matching(known: list[str], typed: str) -> Completion:
    """What begins with the words typed so far, then what contains them."""
    wanted = typed.strip().lower()
    begins = [text for text in known if text.lower().startswith(wanted)]
    contains = [text for text in known if wanted in text.lower() and text not in begins]
    values = list(dict.fromkeys([*begins, *contains]))
    shown = values[:MOST_COMPLETIONS]
    return Completion(values=shown, total=len(values), has_more=len(values) > len(shown))


@contextmanager
def errors_of_resources() -> Iterator[None]:
    """Our errors as the protocol's, with the same sentence."""
    try:
        yield
    except (NotFoundError, NameNotFoundError) as error:
        raise ResourceNotFoundError(str(error)) from error
    except MagicaError as error:
        raise ResourceError(str(error)) from error
