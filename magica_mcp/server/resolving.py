"""Names become ids: of workflows by their listings, of models by the catalog."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from magica_mcp import names
from magica_mcp.errors import NameNotFoundError, NotFoundError
from magica_mcp.models.catalog import Model
from magica_mcp.models.workflows import SystemWorkflow, Workflow, WorkflowSummary

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

LISTED_PAGES = 10
FULL_LISTING = 1_000
"""Where that many are listed there may be more, which only a search finds."""

_LOOKS_LIKE_AN_ID = re.compile(r"^c[a-z0-9]{20,}$|^(wf|cuid)_\w+$")


@dataclass(frozen=True)
class ChosenWorkflow:
    """A workflow that a name or id led to. `graph` is None where it cannot be read."""

    id: str
    name: str
    graph: Workflow | None
    resolution: names.Resolution | None
    """None: it was asked for by its id."""


async def resolve_workflow(
    client: "MagicaClient", query: str, *, at_a_glance: bool = False
) -> ChosenWorkflow:
    """The workflow that an id, a name or a slug means (magica-contract 4.5).

    `at_a_glance`: its graph may be a few seconds old, so that many starts cost few requests.

    Raises:
        NameNotFoundError: nothing is called that.
    """
    read = client.recent_workflow if at_a_glance else client.get_workflow
    if _LOOKS_LIKE_AN_ID.match(query.strip()):
        graph = await _readable_graph(read, query.strip())
        if graph is not None:
            return ChosenWorkflow(graph.id, graph.name, graph, resolution=None)
    own, system = await _known(client, query), await client.list_system_workflows()
    resolution = names.resolve(
        query, own=[_own(row) for row in own], system=[_template(row) for row in system]
    )
    best = resolution.best.candidate
    workflow_id = best.slug or best.id
    graph = await _readable_graph(read, workflow_id)
    return ChosenWorkflow(workflow_id, best.name, graph, resolution)


async def readable_workflow(client: "MagicaClient", query: str) -> Workflow:
    """The graph that an id, a name or a slug means.

    Raises:
        NotFoundError: its graph cannot be read here.
    """
    chosen = await resolve_workflow(client, query)
    if chosen.graph is None:
        message = f"{chosen.name} ({chosen.id}) was found, but its graph cannot be read here."
        raise NotFoundError(message)
    return chosen.graph


async def own_workflow(
    client: "MagicaClient", query: str, *, exactly: bool = False
) -> WorkflowSummary:
    """The account's own workflow that is meant, to be changed.

    With `exactly`, a name that is only close is not enough.

    Raises:
        NameNotFoundError: no own workflow is called that.
        AmbiguousNameError: several are.
    """
    if _LOOKS_LIKE_AN_ID.match(query.strip()):
        graph = await _readable_graph(client.get_workflow, query.strip())
        if graph is not None:
            return WorkflowSummary(id=graph.id, name=graph.name)
    own = await _known(client, query)
    advice = "Templates cannot be changed; create_workflow makes an own one."
    found = names.resolve(query, own=[_own(row) for row in own], system=(), advice=advice)
    names.require_certain(found)
    if exactly and found.best.how not in {names.Match.ID, names.Match.EXACT_NAME}:
        raise NameNotFoundError("workflow", query, close=found.names, advice="Nothing was done.")
    return next(row for row in own if row.id == found.best.candidate.id)


async def _known(client: "MagicaClient", query: str) -> Sequence[WorkflowSummary]:
    """The account's workflows; where there are too many to list, what a search finds as well."""
    listed = await client.all_workflows(pages=LISTED_PAGES)
    if len(listed) < FULL_LISTING:
        return listed
    return list({row.id: row for row in (*listed, *await client.find_workflows(query))}.values())


def _own(row: WorkflowSummary) -> names.Candidate:
    return names.Candidate(id=row.id, name=row.name)


def _template(row: SystemWorkflow) -> names.Candidate:
    return names.Candidate(id=row.id or row.slug, name=row.name, slug=row.slug)


async def _readable_graph(
    read: Callable[[str], Awaitable[Workflow]], workflow_id: str
) -> Workflow | None:
    try:
        return await read(workflow_id)
    except NotFoundError:
        return None


@dataclass(frozen=True)
class ChosenModel:
    """A model that an id or name led to. `id` is what schema and pricing take."""

    id: str
    node_type: str
    sub_model_id: str | None
    name: str


async def resolve_model(client: "MagicaClient", query: str) -> ChosenModel:
    """The model that a sub-model id, a node type or a model's full name means, in any case.

    A near miss is never acted on, since it would cost something: it is named instead.

    Raises:
        NameNotFoundError: nothing is called that.
    """
    choices = [choice for model in await client.list_models() for choice in _choices(model)]
    exact = next((chosen for chosen, words in choices if query in words), None)
    if exact is not None:
        return exact
    wanted = names.fold(query)
    for chosen, words in choices:
        if wanted in map(names.fold, words):
            return chosen
    ids = [chosen.id for chosen, _ in choices]
    raise NameNotFoundError(
        "model", query, close=names.nearest(query, ids), advice="Nothing was charged."
    )


def _choices(model: Model) -> list[tuple[ChosenModel, tuple[str, ...]]]:
    """Each way of running a model, with the words that mean it; the plain node type comes first."""
    plain = ChosenModel(model.node_type, model.node_type, None, model.name)
    modes = [
        (
            ChosenModel(mode.sub_model_id, model.node_type, mode.sub_model_id, model.name),
            (mode.sub_model_id,),
        )
        for mode in model.sub_models
    ]
    return [(plain, (model.node_type, model.name)), *modes]
