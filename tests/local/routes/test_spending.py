"""Credits under load: no overdraw, and a balance that adds up at every moment."""

from collections import Counter
from dataclasses import dataclass

import anyio
import anyio.to_thread
import httpx
import pytest
import sqlalchemy as sa

from magica_mcp.local.credits import Entry
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.store.tables import ledger, node_runs, runs
from tests.llm_stand_in import LlmStandIn
from tests.local.routes.running import PREVIEW, finished

MODEL = "nano-banana-pro-text"
STARTS = 50
AFFORDABLE = 7
THINK = {"input": {"prompt": "Think."}}


@dataclass(frozen=True)
class Books:
    """What an account was given, has spent and has set aside, in microcredits."""

    granted: int
    settled: int
    reserved: int
    refunded: int
    available: int

    @property
    def add_up(self) -> bool:
        return self.available == self.granted - self.settled - self.reserved + self.refunded


class Bookkeeper:
    """Reads one account's books over a connection of its own, each time as one state."""

    def __init__(self, magica: LocalMagica, account: NewAccount) -> None:
        self._store, self._id = magica._store, account.account.id
        self.seen: list[Books] = []

    def look(self) -> Books:
        with self._store.reading() as tx:
            connection = tx.ledger.connection
            given, back = (self._sum(connection, kind) for kind in (Entry.GRANT, Entry.REFUND))
            books = Books(
                granted=given,
                settled=self._of_nodes(connection, node_runs.c.credit_used),
                reserved=-self._still_reserved(connection),
                refunded=back,
                available=tx.ledger.available(self._id),
            )
        self.seen.append(books)
        return books

    def _sum(self, connection: sa.Connection, kind: Entry) -> int:
        query = sa.select(sa.func.coalesce(sa.func.sum(ledger.c.microcredits), 0))
        wanted = query.where(ledger.c.account_id == self._id, ledger.c.entry == kind.value)
        return int(connection.execute(wanted).scalar_one())

    def _of_nodes(self, connection: sa.Connection, column: sa.ColumnElement[int]) -> int:
        query = sa.select(sa.func.coalesce(sa.func.sum(column), 0)).select_from(node_runs)
        owned = query.join(runs).where(runs.c.account_id == self._id)
        return int(connection.execute(owned).scalar_one())

    def _still_reserved(self, connection: sa.Connection) -> int:
        """What entries have set aside for nodes that are not over."""
        nodes = sa.and_(
            ledger.c.run_id == node_runs.c.run_id, ledger.c.node_id == node_runs.c.node_id
        )
        query = sa.select(sa.func.coalesce(sa.func.sum(ledger.c.microcredits), 0))
        query = query.select_from(ledger).join(node_runs, nodes)
        wanted = query.where(
            ledger.c.account_id == self._id, node_runs.c.status.in_(("PENDING", "RUNNING"))
        )
        return int(connection.execute(wanted).scalar_one())


@pytest.fixture
def price(magica: LocalMagica) -> int:
    return magica.catalog.price("nano_banana_pro", data={**PREVIEW}, sub_model_id=MODEL)


@pytest.fixture
def account(magica: LocalMagica, price: int) -> NewAccount:
    """With credits for seven pictures, and some that are too few for another."""
    return magica.create_account("Small", microcredits=AFFORDABLE * price + price // 2)


async def start_many(http: httpx.AsyncClient) -> list[httpx.Response]:
    answers: list[httpx.Response] = []

    async def start() -> None:
        body = {"subModelId": MODEL, "input": PREVIEW}
        answers.append(await http.post("v1/nodes/nano_banana_pro/run", json=body))

    async with anyio.create_task_group() as tasks:
        for _ in range(STARTS):
            tasks.start_soon(start)
    return answers


async def test_fifty_starts_at_once_cannot_spend_more_than_there_is(
    http: httpx.AsyncClient, magica: LocalMagica, account: NewAccount, price: int
) -> None:
    with anyio.fail_after(30):
        answers = await start_many(http)
        started = [answer.json()["runId"] for answer in answers if answer.is_success]
        for run_id in started:
            await finished(http, f"v1/nodes/runs/{run_id}")

    assert Counter(answer.status_code for answer in answers) == {202: 7, 403: STARTS - 7}
    assert magica.balance(account.account).available_balance == price // 2


async def test_a_start_that_cannot_be_paid_says_so_and_starts_nothing(
    http: httpx.AsyncClient, magica: LocalMagica
) -> None:
    poor = magica.create_account("Poor", microcredits=0).key

    answer = await http.post(
        "v1/nodes/nano_banana_pro/run",
        json={"subModelId": MODEL, "input": PREVIEW},
        headers={"Authorization": f"Bearer {poor}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_CREDITS")
    assert "Nothing was started" in answer.json()["message"]


async def test_the_books_add_up_at_every_moment(
    http: httpx.AsyncClient, magica: LocalMagica, account: NewAccount
) -> None:
    books = Bookkeeper(magica, account)
    is_done = False

    async def watch() -> None:
        while not is_done:
            await anyio.to_thread.run_sync(books.look)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            for answer in await start_many(http):
                if answer.is_success:
                    await finished(http, f"v1/nodes/runs/{answer.json()['runId']}")
            is_done = True

    assert len(books.seen) > 5
    assert [each for each in books.seen if not each.add_up or each.available < 0] == []
    assert books.look().reserved == 0


async def test_what_a_canceled_run_had_reserved_comes_back(
    http: httpx.AsyncClient, magica: LocalMagica, account: NewAccount, llm: LlmStandIn
) -> None:
    llm.hold()
    books = Bookkeeper(magica, account)
    before = books.look().available
    run_id = (await http.post("v1/nodes/gpt_5_4/run", json=THINK)).json()["runId"]
    while_running = books.look()

    await http.post(f"v1/runs/{run_id}/cancel")

    assert while_running.add_up
    assert while_running.reserved == before - while_running.available > 0
    assert (books.look().available, books.look().reserved) == (before, 0)
