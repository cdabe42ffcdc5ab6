"""All that one paid call would start, priced, before anything is decided about it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from magica_mcp.errors import MagicaError
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.server.batching import Batch
from magica_mcp.server.cheaper import Choice, cheaper_inputs, cheaper_values
from magica_mcp.server.generating import ModelJob, order_of, orders_of
from magica_mcp.server.launching import Launch, order_of_workflow
from magica_mcp.server.spending import Order
from magica_mcp.server.workspace import Workspace
from magica_mcp.spend.approvals import sealed
from magica_mcp.spend.journal import Again
from magica_mcp.spend.wishes import Wish, request_key

FindCheaper = Callable[[int], Awaitable[tuple[Choice, ...]]]
"""Finds what else could be run, near a target price in microcredits."""


@dataclass(frozen=True)
class Bill:
    """One order, or all those of a batch; none where the call would start nothing.

    `what` names it towards people.
    """

    what: str
    orders: tuple[Order, ...]
    cheaper: FindCheaper
    again: Again
    is_batch: bool = False
    subject: str = ""
    """What it is to be of, in the caller's words: a prompt."""
    remarks: tuple[str, ...] = ()
    """What the caller should know before anybody agrees, in sentences."""

    @property
    def wishes(self) -> list[Wish]:
        return [order.wish for order in self.orders]

    @property
    def job(self) -> str:
        """The key of exactly this call: tool, complete arguments, and `again`."""
        keys = [wish.key for wish in self.wishes]
        return request_key("", "bill", {"wishes": keys, "again": self.again})

    def redeeming(self, approval: str) -> "Bill":
        """The same, with entries that use the approval up."""
        if not approval:
            return self
        seal = sealed(approval)
        orders = [replace(order, wish=replace(order.wish, approval=seal)) for order in self.orders]
        return replace(self, orders=tuple(orders))


def bill_of_job(workspace: Workspace, job: ModelJob, *, again: Again) -> Bill:
    """One run of one model."""
    return Bill(
        what=job.name,
        orders=(order_of(workspace, job),),
        cheaper=lambda target: cheaper_inputs(workspace.client, job, target=target),
        again=again,
        subject=subject_of(job.input),
    )


def bill_of_launch(workspace: Workspace, launch: Launch, *, again: Again) -> Bill:
    """One run of a workflow; empty where its values are still missing."""
    return Bill(
        what=launch.chosen.name,
        orders=tuple(_orders(workspace, launch)),
        cheaper=partial(_cheaper_launch, workspace, launch),
        again=again,
        subject=next(filter(None, map(subject_of, _values(launch).values())), ""),
    )


def _orders(workspace: Workspace, launch: Launch) -> Iterator[Order]:
    if launch.understood is not None:
        values = _values(launch)
        yield order_of_workflow(workspace, launch.chosen, values, estimate=launch.estimate)


def _values(launch: Launch) -> Values:
    return launch.understood.values if launch.understood else {}


async def _cheaper_launch(workspace: Workspace, launch: Launch, target: int) -> tuple[Choice, ...]:
    graph, price = launch.chosen.graph, launch.estimate
    if graph is None or price is None:
        return ()
    return await cheaper_values(
        workspace.client,
        graph,
        launch.fields,
        values=_values(launch),
        price=price,
        target=target,
    )


def subject_of(given: JsonObject) -> str:
    """The words that a model is given, where it is given some."""
    words = (given.get(name) for name in ("prompt", "text"))
    return next((text for text in words if isinstance(text, str)), "")


def bill_of_batch(workspace: Workspace, batch: Batch, *, again: bool) -> Bill:
    """Several runs of models, agreed to as a whole; maybe none."""
    jobs = batch.jobs
    return Bill(
        what="the batch of 1 run" if len(jobs) == 1 else f"the batch of {len(jobs)} runs",
        orders=tuple(orders_of(workspace, jobs)),
        cheaper=partial(_cheaper_batch, workspace, batch),
        again=again,
        is_batch=True,
        remarks=tuple(
            f"Item {number} cannot be started: {item}"
            for number, item in enumerate(batch.items, start=1)
            if isinstance(item, MagicaError)
        ),
    )


async def _cheaper_batch(workspace: Workspace, batch: Batch, target: int) -> tuple[Choice, ...]:
    """The batch with its dearest run less costly; the prices are those of the whole batch."""
    jobs = batch.jobs
    prices = [job.estimate for job in jobs if job.estimate is not None]
    if len(prices) < len(jobs):
        return ()
    place = prices.index(max(prices))
    number = batch.items.index(jobs[place]) + 1
    others = sum(prices) - prices[place]
    choices = await cheaper_inputs(workspace.client, jobs[place], target=max(0, target - others))
    return tuple(
        Choice({"item": number, **choice.change}, choice.microcredits + others)
        for choice in choices
    )
