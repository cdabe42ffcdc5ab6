"""All that one paid call would start, priced, before anything is decided about it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

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
    )


def bill_of_launch(workspace: Workspace, launch: Launch, *, again: Again) -> Bill:
    """One run of a workflow; empty where its values are still missing."""
    return Bill(
        what=launch.chosen.name,
        orders=tuple(_orders(workspace, launch)),
        cheaper=partial(_cheaper_launch, workspace, launch),
        again=again,
    )


def _orders(workspace: Workspace, launch: Launch) -> Iterator[Order]:
    if launch.understood is not None:
        values = launch.understood.values
        yield order_of_workflow(workspace, launch.chosen, values, estimate=launch.estimate)


async def _cheaper_launch(workspace: Workspace, launch: Launch, target: int) -> tuple[Choice, ...]:
    graph, price = launch.chosen.graph, launch.estimate
    if graph is None or price is None or launch.understood is None:
        return ()
    return await cheaper_values(
        workspace.client,
        graph,
        launch.fields,
        values=launch.understood.values,
        price=price,
        target=target,
    )


def bill_of_batch(workspace: Workspace, jobs: Sequence[ModelJob], *, again: bool) -> Bill:
    """Several runs of models, agreed to as a whole; maybe none."""
    return Bill(
        what="the batch of 1 run" if len(jobs) == 1 else f"the batch of {len(jobs)} runs",
        orders=tuple(orders_of(workspace, jobs)),
        cheaper=partial(_cheaper_batch, workspace, jobs),
        again=again,
        is_batch=True,
    )


async def _cheaper_batch(
    workspace: Workspace, jobs: Sequence[ModelJob], target: int
) -> tuple[Choice, ...]:
    """The batch with its dearest run less costly; the prices are those of the whole batch."""
    prices = [job.estimate for job in jobs if job.estimate is not None]
    if len(prices) < len(jobs):
        return ()
    place = prices.index(max(prices))
    others = sum(prices) - prices[place]
    choices = await cheaper_inputs(workspace.client, jobs[place], target=max(0, target - others))
    return tuple(
        Choice({"run": place + 1, **choice.change}, choice.microcredits + others)
        for choice in choices
    )
