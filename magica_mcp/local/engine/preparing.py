"""What is checked and priced before a run starts, while nothing is stored or reserved yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from magica_mcp.errors import InvalidInputError
from magica_mcp.graph.problem import refuse
from magica_mcp.graph.validation import readiness_problems, structural_problems
from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine.plan import Plan, PlannedNode, plan_of
from magica_mcp.local.engine.request import with_nodes_replaced, with_overrides, with_values
from magica_mcp.local.nodes import refuse_unless_runnable
from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.graphs import graph_of
from magica_mcp.models.inputs import checked
from magica_mcp.models.runs import StartModelRun, StartRun
from magica_mcp.models.values import Values, understood_values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow, request_fields


@dataclass(frozen=True)
class Prepared:
    """A run that may start: `prices` are microcredits by node id."""

    plan: Plan
    name: str
    prices: dict[str, int]
    inputs: dict[str, JsonObject]
    """The complete inputs of the nodes that wait for no other node."""
    workflow: Workflow | None = None
    """The workflow with the values of this run."""
    values: Values | None = None


def prepared_workflow(workflow: Workflow, ask: StartRun, *, catalog: Catalog) -> Prepared:
    """A run of a workflow, with its values understood and its graph checked.

    Raises:
        InvalidInputError: a value that has no place or does not fit, or an input without any.
        GraphRuleError: the graph is not sound.
        ProviderUnavailableError: a node of a type that this machine cannot run.
    """
    workflow = with_nodes_replaced(workflow, ask.node_overrides or ())
    values = understood_values(request_fields(workflow), dict(ask.values or {})).values
    filled = with_values(workflow, values)
    graph = graph_of(filled, ports_of=lambda kind, mode: catalog.ports(kind, sub_model_id=mode))
    refuse(structural_problems(graph))
    graph = with_overrides(graph, ask.graph_input_overrides or {})
    unready = readiness_problems(graph)
    if unready:
        raise InvalidInputError(unready[0].text)
    plan = plan_of(graph, sub_model_of=partial(sub_model_of, catalog))
    for node in plan.nodes:
        kind = catalog.kind(node.node_type, sub_model_id=node.sub_model_id)
        refuse_unless_runnable(node.node_type, kind=kind)
    known = {node.node_id: _known_input(node, catalog=catalog) for node in plan.nodes}
    prepared = _priced(plan, known, name=workflow.name, catalog=catalog)
    return replace(prepared, workflow=filled, values=values)


def prepared_model(node_type: str, ask: StartModelRun, *, catalog: Catalog) -> Prepared:
    """A run of one model.

    Raises:
        NotFoundError: no such node type or sub-model.
        InvalidInputError: an input that the model does not take, or one that it misses.
        ProviderUnavailableError: this machine cannot run it.
    """
    known = catalog.resolve(node_type)
    chosen = catalog.resolve(ask.sub_model_id) if ask.sub_model_id else known
    if chosen.node_type != known.node_type:
        raise InvalidInputError(
            f"'{ask.sub_model_id}' is a sub-model of {chosen.node_type}, not of {known.node_type}. "
            f"Run {chosen.node_type} with it, or leave subModelId out."
        )
    kind = catalog.kind(chosen.node_type, sub_model_id=chosen.sub_model_id)
    refuse_unless_runnable(chosen.node_type, kind=kind)
    schema = catalog.schema(chosen.sub_model_id or chosen.node_type)
    complete = checked(schema, ask.input)
    node = PlannedNode(
        node_id=chosen.node_type,
        node_type=chosen.node_type,
        sub_model_id=chosen.sub_model_id,
        given=complete,
    )
    inputs = {node.node_id: complete}
    return _priced(Plan(nodes=(node,)), inputs, name=schema.name, catalog=catalog)


def sub_model_of(catalog: Catalog, node_type: str, mode: str | None) -> str | None:
    """The sub-model behind a node's mode, which may be its id or what it does ('text-to-image')."""
    known = catalog.resolve(node_type)
    if not mode:
        return known.sub_model_id
    models = [model for model in catalog.models() if model.node_type == known.node_type]
    for sub_model in (each for model in models for each in model.sub_models):
        names = (sub_model.sub_model_id, sub_model.category, sub_model.label)
        if _letters(mode) in map(_letters, names):
            return sub_model.sub_model_id
    return known.sub_model_id


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _priced(
    plan: Plan, known: Mapping[str, JsonObject], *, name: str, catalog: Catalog
) -> Prepared:
    """With the price of each node for what is `known` of its input."""
    prices = {
        node.node_id: catalog.price(
            node.node_type, data=known[node.node_id], sub_model_id=node.sub_model_id
        )
        for node in plan.nodes
    }
    complete = {node.node_id: known[node.node_id] for node in plan.nodes if not node.sources}
    return Prepared(plan=plan, name=name, prices=prices, inputs=complete)


def _known_input(node: PlannedNode, *, catalog: Catalog) -> JsonObject:
    """What is known of a node's input before anything runs, checked as far as it goes."""
    schema = catalog.schema(node.model_id)
    given = {
        name: value for name, value in node.input({}).items() if name not in node.unknown_inputs
    }
    try:
        return checked(_known_part(schema, node), given, media=MediaForm.REFERENCE)
    except InvalidInputError as error:
        raise type(error)(f"Node '{node.node_id}': {error}") from error


def _known_part(schema: ModelSchema, node: PlannedNode) -> ModelSchema:
    """The schema without inputs that other nodes feed, and with no conditions that rest on them."""
    if not node.unknown_inputs:
        return schema
    fields = tuple(
        field.model_copy(
            update={"show_when": None, "required": field.required and not field.show_when}
        )
        for field in schema.fields
        if field.name not in node.unknown_inputs
    )
    return schema.model_copy(update={"fields": fields})
