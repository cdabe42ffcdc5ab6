"""A store with one run to tell of, a clock that a test moves, and a receiver on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.messages import LoggedMessage, NewMessage
from magica_mcp.local.store.runs import NewRun
from magica_mcp.local.store.store import Store, open_store
from magica_mcp.local.store.tables import EventType, RunKind
from tests.local.engine.workshop import CREDIT, Workshop
from tests.local.webhooks.receiver import Receiver

OWNER = Account(id="c" * 25, name="Owner")


class Time:
    """A clock that stands still until a test moves it; who sleeps by it sleeps until then."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)
        self._moved = anyio.Event()

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self._moved.set()
        self._moved = anyio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.moment + timedelta(seconds=seconds)
        while self.moment < until:
            await self._moved.wait()


@dataclass(frozen=True)
class Outbox:
    """Queues messages of one run, and reads their log."""

    store: Store

    def queue(
        self,
        event: EventType = EventType.RUN_STARTED,
        *,
        host: str = "example.com",
        url: str | None = None,
    ) -> None:
        with self.store.writing() as tx:
            tx.messages.queue(
                NewMessage(
                    account_id=OWNER.id,
                    run_id="run",
                    event=event,
                    url=url or f"https://{host}/",
                    host=host,
                    headers={},
                    body=f'{{"type":"{event}"}}',
                    node_id=host,
                )
            )

    def log(self) -> list[LoggedMessage]:
        """The oldest first."""
        with self.store.reading() as tx:
            found, _ = tx.messages.page(OWNER.id, run_id=None, page=1, page_size=100)
        return [*reversed(found)]

    async def becomes(self, is_so: Callable[[list[LoggedMessage]], bool]) -> list[LoggedMessage]:
        """The log, once it is as the test wants it."""
        with anyio.fail_after(30):
            while not is_so(self.log()):  # noqa: ASYNC110 - the store tells nobody
                await anyio.sleep(0.005)
        return self.log()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'magica.sqlite'}"


@pytest.fixture
def outbox(url: str, time: Time) -> Iterator[Outbox]:
    with open_store(url, now=time.now) as store:
        with store.writing() as tx:
            tx.accounts.add(OWNER)
            tx.runs.add(
                NewRun(
                    id="run",
                    account_id=OWNER.id,
                    kind=RunKind.WORKFLOW,
                    workflow_id="wf",
                    name="Test",
                    source="api",
                    asked={},
                    result_feed=None,
                )
            )
        yield Outbox(store)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """One account with one credit, and an engine whose nodes run when the test says so."""
    with open_store(f"sqlite:///{tmp_path / 'magica.sqlite'}") as store:
        with store.writing() as tx:
            tx.accounts.add(OWNER)
            tx.ledger.grant(OWNER.id, microcredits=CREDIT)
        yield Workshop(store, OWNER, catalog=load_catalog(), folder=tmp_path / "media")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened
