"""Several paid runs of models by one call: priced as a whole, started one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MagicaError
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.generating import ModelJob, UnpricedJob, checked_job, priced
from magica_mcp.server.spending import Gate, Order, Outcome, spend_on_batch
from magica_mcp.server.workspace import Workspace

LARGEST_BATCH = 10

Started = tuple[ModelJob, Outcome]


@dataclass(frozen=True)
class Batch:
    """The items in their order: each a job, or why it is none."""

    items: tuple[ModelJob | MagicaError, ...]

    @property
    def jobs(self) -> tuple[ModelJob, ...]:
        return tuple(item for item in self.items if isinstance(item, ModelJob))


async def batch_of(workspace: Workspace, given: JsonObject) -> Batch:
    """The items of a call, checked each by itself and priced at once. Nothing is started.

    Raises:
        InvalidInputError: it is no batch.
    """
    checked = [await _checked(workspace, item) for item in items_of(given)]
    unpriced = [one for one in checked if not isinstance(one, MagicaError)]
    jobs = iter(await priced(workspace, unpriced))
    return Batch(tuple(one if isinstance(one, MagicaError) else next(jobs) for one in checked))


async def run_batch(
    workspace: Workspace, batch: Batch, orders: Sequence[Order], *, again: bool, gate: Gate
) -> list[Started | MagicaError]:
    """Each item's run, or why it has none; the others go on. `orders` are those of the jobs.

    Raises:
        MagicaError: the batch as a whole was refused; nothing was started.
    """
    found = await spend_on_batch(workspace, orders, again=again, gate=gate) if orders else ()
    outcomes = iter(found)
    return [
        _started(item, next(outcomes)) if isinstance(item, ModelJob) else item
        for item in batch.items
    ]


def _started(job: ModelJob, outcome: Outcome | MagicaError) -> Started | MagicaError:
    return outcome if isinstance(outcome, MagicaError) else (job, outcome)


def items_of(given: JsonObject) -> list[JsonValue]:
    """The items of a batch as they came.

    Raises:
        InvalidInputError: there are none, or too many.
    """
    items = given.get("items") or given.get("requests")
    if not isinstance(items, list) or not 0 < len(items) <= LARGEST_BATCH:
        message = (
            f"batch_execute needs input.items: 1 to {LARGEST_BATCH} objects such as "
            '{"modelId": "nano-banana-pro-text", "prompt": "…"}. Nothing was started.'
        )
        raise InvalidInputError(message)
    return items


async def _checked(workspace: Workspace, item: JsonValue) -> UnpricedJob | MagicaError:
    try:
        if not isinstance(item, dict):
            message = "An item is an object with modelId and the model's own fields."
            raise InvalidInputError(message)
        inner = item.get("input")
        fields = inner if isinstance(inner, dict) else item
        tool_name = str(item.get("tool_name") or "generate")
        inputs = {key: value for key, value in fields.items() if key != "tool_name"}
        return await checked_job(workspace, tool_name, inputs)
    except MagicaError as error:
        return error
