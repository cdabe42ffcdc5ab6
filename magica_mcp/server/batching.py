"""Several paid runs of models by one call: priced as a whole, started one by one."""

from collections.abc import Sequence

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, MagicaError
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.generating import ModelJob, job_of, orders_of
from magica_mcp.server.spending import Outcome, spend_on_batch
from magica_mcp.server.workspace import Workspace

LARGEST_BATCH = 10

Started = tuple[ModelJob, Outcome]


async def run_batch(
    workspace: Workspace, given: JsonObject, *, again: bool
) -> list[Started | MagicaError]:
    """Each item's run, or why it has none; the others go on.

    Raises:
        InvalidInputError: it is no batch.
        MagicaError: the batch as a whole was refused; nothing was started.
    """
    jobs = [await _job(workspace, item) for item in items_of(given)]
    sound = [job for job in jobs if isinstance(job, ModelJob)]
    outcomes = iter(await _spent_on(workspace, sound, again=again))
    return [next(outcomes) if isinstance(job, ModelJob) else job for job in jobs]


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


async def _job(workspace: Workspace, item: JsonValue) -> ModelJob | MagicaError:
    try:
        if not isinstance(item, dict):
            message = "An item is an object with modelId and the model's own fields."
            raise InvalidInputError(message)
        inner = item.get("input")
        fields = inner if isinstance(inner, dict) else item
        tool_name = str(item.get("tool_name") or "generate")
        inputs = {key: value for key, value in fields.items() if key != "tool_name"}
        return await job_of(workspace, tool_name, inputs)
    except MagicaError as error:
        return error


async def _spent_on(
    workspace: Workspace, jobs: Sequence[ModelJob], *, again: bool
) -> list[Started | MagicaError]:
    if not jobs:
        return []
    outcomes = await spend_on_batch(workspace, orders_of(workspace, jobs), again=again)
    return [
        outcome if isinstance(outcome, MagicaError) else (job, outcome)
        for job, outcome in zip(jobs, outcomes, strict=True)
    ]
