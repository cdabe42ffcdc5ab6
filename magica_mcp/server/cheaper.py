"""Cheaper choices: what else could be run for less, found in at most four free requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MagicaError
from magica_mcp.models.catalog import ModelField, ModelSchema
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.field_values import read_value
from magica_mcp.models.inputs import checked, default_of
from magica_mcp.models.priced_nodes import priced_nodes
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField, Workflow
from magica_mcp.server.generating import ModelJob
from magica_mcp.server.resolving import ChosenModel

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

MOST_PRICED = 100
"""Nodes of one estimate (magica-contract 2.5)."""
MOST_OPTIONS = 16
"""A field with more is a list of voices or styles, not of qualities."""
MOST_CHOICES = 3
MOST_MODELS = 2
"""So many other models are looked at closely: each costs a request for its schema."""
SHAPE = ("aspect", "format", "background", "voice", "language", "style")
"""Fields that change what is made, not how much of it."""


@dataclass(frozen=True)
class Choice:
    """Something else to run, with its price; `change` is what becomes of the call's input."""

    change: JsonObject
    microcredits: int

    def facts(self) -> JsonObject:
        """For programs."""
        return {"change": dict(self.change), "microcredits": self.microcredits}


@dataclass(frozen=True)
class _Variant:
    """A changed job as its priced nodes; `field` is what was changed."""

    field: str
    change: JsonObject
    nodes: tuple[NodeToPrice, ...]


async def cheaper_inputs(
    client: "MagicaClient", job: ModelJob, *, target: int
) -> tuple[Choice, ...]:
    """The same job with one input less costly, and another model of its kind; dearest first.

    `target`, in microcredits, is the price from which a choice is good: of several qualities the
    best is taken that reaches it. Nothing that goes wrong here matters to the call: then there
    are no choices.
    """
    if job.estimate is None:
        return ()
    same, other = await _same_model(client, job, target=target), await _other_model(client, job)
    return _dearest_first([*same[: MOST_CHOICES - len(other)], *other])


async def cheaper_values(
    client: "MagicaClient",
    workflow: Workflow,
    fields: Sequence[RequestField],
    *,
    values: Values,
    price: int,
    target: int,
) -> tuple[Choice, ...]:
    """The same workflow with one value less costly; as `cheaper_inputs`."""
    variants = _value_variants(workflow, fields, values)
    found = await _priced(client, variants, target=target, below=price)
    return _dearest_first(found[:MOST_CHOICES])


def _dearest_first(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda choice: -choice.microcredits))


# One field changed ----------------------------------------------------------------------------


async def _same_model(client: "MagicaClient", job: ModelJob, *, target: int) -> list[Choice]:
    try:
        schema = await client.model_schema(job.model.id)
    except MagicaError:
        return []
    variants = _input_variants(schema, job)
    return await _priced(client, variants, target=target, below=job.estimate or 0)


def _input_variants(schema: ModelSchema, job: ModelJob) -> Iterator[_Variant]:
    for field in schema.fields:
        for value in _alternatives(field.name, field.options, job.input.get(field.name)):
            change: JsonObject = {field.name: value}
            try:
                complete = checked(schema, {**job.input, **change})
            except InvalidInputError:
                continue
            yield _Variant(field.name, change, (_node(job.model, complete),))


def _value_variants(
    workflow: Workflow, fields: Sequence[RequestField], values: Values
) -> Iterator[_Variant]:
    for field in fields:
        given = values.get(field.node_id, {})
        now = given.get(field.field_id, field.default)
        for value in _alternatives(field.name, field.options, now):
            changed = {**values, field.node_id: {**given, field.field_id: value}}
            change: JsonObject = {field.node_id: {field.field_id: value}}
            yield _Variant(field.field_id, change, priced_nodes(workflow, values=changed))


def _alternatives(name: str, options: Sequence[JsonValue], now: JsonValue) -> Iterator[JsonValue]:
    """What else a field could be, where that may change the price and nothing of the content."""
    if any(word in name.lower() for word in SHAPE):
        return
    if now is True:
        yield False
    elif now is not None and len(options) <= MOST_OPTIONS:
        values = [_value_of(option) for option in options]
        at = values.index(now) if now in values else 0
        nearest_first = sorted(range(len(values)), key=lambda place: abs(place - at))
        yield from (values[place] for place in nearest_first if values[place] != now)


def _value_of(option: JsonValue) -> JsonValue:
    return option.get("value") if isinstance(option, dict) else option


def _node(model: ChosenModel, complete: JsonObject) -> NodeToPrice:
    return NodeToPrice(type=model.node_type, data=complete, sub_model_id=model.sub_model_id)


async def _priced(
    client: "MagicaClient", variants: Iterator[_Variant], *, target: int, below: int
) -> list[Choice]:
    """For each field the best choice: the dearest that reaches the target, or the cheapest."""
    asked: list[_Variant] = []
    for variant in variants:
        if sum(len(one.nodes) for one in asked) + len(variant.nodes) <= MOST_PRICED:
            asked.append(variant)
    amounts = iter(await _prices(client, [node for one in asked for node in one.nodes]))
    best: dict[str, Choice] = {}
    for one in asked:
        price = sum(next(amounts, below) for _ in one.nodes)
        if price < below:
            choice = Choice(one.change, price)
            best[one.field] = _better(best.get(one.field, choice), choice, target=target)
    return sorted(best.values(), key=lambda choice: _rank(choice, target), reverse=True)


async def _prices(client: "MagicaClient", nodes: Sequence[NodeToPrice]) -> list[int]:
    """What each node costs; nothing where they cannot be priced."""
    try:
        estimate = await client.estimate_nodes(nodes)
    except MagicaError:
        return []
    amounts = [one.microcredits for one in estimate.estimates]
    return amounts if len(amounts) == len(nodes) else []


def _better(first: Choice, second: Choice, *, target: int) -> Choice:
    return max(first, second, key=lambda choice: _rank(choice, target))


def _rank(choice: Choice, target: int) -> tuple[bool, int]:
    """What reaches the target is better, and then what is nearest to it."""
    reaches = choice.microcredits <= target
    return reaches, choice.microcredits if reaches else -choice.microcredits


# Another model --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rival:
    """Another model of the same kind, and what of the job's input it would be given."""

    model: ChosenModel
    carried: JsonObject
    complete: JsonObject


async def _other_model(client: "MagicaClient", job: ModelJob) -> list[Choice]:
    """The cheapest other model of the same kind that takes what this job is given."""
    kin = await _of_the_same_kind(client, job)
    rough = await _prices(client, [_node(model, _shared(job)) for model in kin])
    cheapest = sorted(zip(rough, kin, strict=False), key=lambda pair: pair[0])
    rivals = [
        rival
        for amount, model in cheapest[:MOST_MODELS]
        if amount < (job.estimate or 0) and (rival := await _rival(client, model, job.input))
    ]
    exact = await _prices(client, [_node(rival.model, rival.complete) for rival in rivals])
    choices = [
        Choice({"modelId": rival.model.id, **rival.carried}, amount)
        for amount, rival in zip(exact, rivals, strict=False)
        if amount < (job.estimate or 0)
    ]
    return sorted(choices, key=lambda choice: choice.microcredits)[:1]


async def _rival(client: "MagicaClient", model: ChosenModel, given: JsonObject) -> _Rival | None:
    """The model with what it takes of the input; None where it does not take the content."""
    try:
        schema = await client.model_schema(model.id)
        carried = _carried(schema, given)
        return None if carried is None else _Rival(model, carried, checked(schema, carried))
    except MagicaError:
        return None


async def _of_the_same_kind(client: "MagicaClient", job: ModelJob) -> list[ChosenModel]:
    models = await client.list_models()
    mode = job.model.sub_model_id
    own = next((model for model in models if model.node_type == job.model.node_type), None)
    modes = own.sub_models if own else ()
    kind = next((one.category for one in modes if mode in {None, one.sub_model_id}), "")
    return [
        ChosenModel(one.sub_model_id, model.node_type, one.sub_model_id, model.name)
        for model in models
        for one in model.sub_models
        if kind and one.category == kind and model.node_type != job.model.node_type
    ][:MOST_PRICED]


def _shared(job: ModelJob) -> JsonObject:
    """What models of one kind have in common and price by."""
    return {key: job.input[key] for key in ("duration", "num_images") if key in job.input}


def _carried(schema: ModelSchema, given: JsonObject) -> JsonObject | None:
    """Of a complete input what another model takes; None where that leaves content behind."""
    taken = {name: value for name, value in given.items() if _takes(schema.field(name), value)}
    if any(_is_content(name, value) and name not in taken for name, value in given.items()):
        return None
    usual = {field.name: default_of(schema, field) for field in schema.fields}
    return {name: value for name, value in taken.items() if value != usual[name]}


def _takes(field: ModelField | None, value: JsonValue) -> bool:
    try:
        return field is not None and read_value(field, value) is not None
    except InvalidInputError:
        return False


def _is_content(name: str, value: JsonValue) -> bool:
    """Words, media, length and number: without them it would be another wish."""
    is_count = name in {"n", "num_images"} and value != 1
    return is_count or name in {"prompt", "text", "duration"} or "http" in str(value)
