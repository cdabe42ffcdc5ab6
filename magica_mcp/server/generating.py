"""One paid run of one model: chosen, checked against its schema, priced, started."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from magica_mcp.errors import InvalidInputError, NameNotFoundError
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.runs import StartModelRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.media_inputs import MediaInputs
from magica_mcp.server.resolving import ChosenModel, resolve_model
from magica_mcp.server.sightings import ModelTrace
from magica_mcp.server.spending import Order
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.wishes import Wish

GENERATE = "generate"
BATCH = "batch_execute"


@dataclass(frozen=True)
class ModelJob:
    """A model and its complete input, defaults filled in; the price in microcredits."""

    model: ChosenModel
    input: JsonObject
    estimate: int | None
    """None: Magica did not tell."""

    @property
    def name(self) -> str:
        """What it is called towards people."""
        return f"{self.model.name} ({self.model.id})"


@dataclass(frozen=True)
class UnpricedJob:
    """A model and its complete input, defaults filled in."""

    model: ChosenModel
    input: JsonObject


async def job_of(workspace: Workspace, tool_name: str, given: JsonObject) -> ModelJob:
    """What a call asks for, its media uploaded. Nothing is started: a wrong input costs nothing.

    Raises:
        NameNotFoundError: no such tool_name or model.
        InvalidInputError: an input that the model does not take; it names what it takes.
    """
    (job,) = await priced(workspace, [await checked_job(workspace, tool_name, given)])
    return job


async def checked_job(workspace: Workspace, tool_name: str, given: JsonObject) -> UnpricedJob:
    """What a call asks for, before its price is known; raises as `job_of`."""
    fields = {key: value for key, value in given.items() if key not in {"modelId", "model_id"}}
    model = await _model(workspace, tool_name, given)
    schema = await workspace.client.model_schema(model.id)
    return UnpricedJob(model, await MediaInputs(workspace).of_model(schema, fields))


async def priced(workspace: Workspace, jobs: Sequence[UnpricedJob]) -> list[ModelJob]:
    """The jobs with their prices, all of them asked for at once."""
    nodes = [
        NodeToPrice(type=job.model.node_type, data=job.input, sub_model_id=job.model.sub_model_id)
        for job in jobs
    ]
    estimate = await workspace.client.estimate_nodes(nodes)
    told = [one.microcredits for one in estimate.estimates]
    prices: Sequence[int | None] = told if len(told) == len(jobs) else [None] * len(jobs)
    return [ModelJob(job.model, job.input, price) for job, price in zip(jobs, prices, strict=True)]


async def _model(workspace: Workspace, tool_name: str, given: JsonObject) -> ChosenModel:
    if tool_name != GENERATE:
        return await _tool_of_its_own(workspace, tool_name)
    model_id = given.get("modelId") or given.get("model_id")
    if isinstance(model_id, str) and model_id:
        return await resolve_model(workspace.client, model_id)
    message = (
        "generate needs input.modelId, such as nano-banana-pro-text, flat among the model's "
        "own fields. Nothing was charged."
    )
    raise InvalidInputError(message)


async def _tool_of_its_own(workspace: Workspace, tool_name: str) -> ChosenModel:
    """A utility by its own tool_name; any model's id is understood as well."""
    try:
        return await resolve_model(workspace.client, tool_name)
    except NameNotFoundError as error:
        models = await workspace.client.list_models()
        utilities = [model.node_type for model in models if model.category == "utility"]
        raise NameNotFoundError(
            "tool_name",
            tool_name,
            close=[GENERATE, BATCH, *utilities][:6],
            advice="A model's id goes into input.modelId. Nothing was charged.",
        ) from error


def order_of(workspace: Workspace, job: ModelJob, *, occurrence: int = 0) -> Order:
    """A job as a paid request; `occurrence` as in `Wish`."""
    model = job.model
    ask = StartModelRun(sub_model_id=model.sub_model_id, input=job.input)
    return Order(
        wish=Wish(
            account=workspace.account,
            tool="execute_tool",
            what=model.id,
            arguments={"modelId": model.id, "input": job.input},
            estimate=job.estimate,
            occurrence=occurrence,
        ),
        send=lambda: workspace.client.start_model_run(model.node_type, ask),
        trace=ModelTrace(model.node_type, model.sub_model_id, job.input),
    )


def orders_of(workspace: Workspace, jobs: Sequence[ModelJob]) -> list[Order]:
    """The jobs of a batch; those that are equal are told apart by their order."""
    orders: list[Order] = []
    seen: Counter[str] = Counter()
    for job in jobs:
        first = order_of(workspace, job)
        key = first.wish.key
        orders.append(order_of(workspace, job, occurrence=seen[key]) if seen[key] else first)
        seen[key] += 1
    return orders
