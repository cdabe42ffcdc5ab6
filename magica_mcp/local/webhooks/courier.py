"""Sends what is queued: bounded, at least once, and on after the process was killed.

A message is claimed before it is sent and settled after; a claim that nobody settles lapses. What
is due is found in the store alone, so a message outlives the process that queued it.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup
from anyio.from_thread import start_blocking_portal

from magica_mcp.local.store.ids import iso
from magica_mcp.local.store.messages import Attempt, DueMessage
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import MessageStatus
from magica_mcp.local.webhooks.posting import Letter, Outcome
from magica_mcp.local.webhooks.retrying import Schedule, is_received
from magica_mcp.local.webhooks.secret import secret_for
from magica_mcp.signing import signed_headers

logger = logging.getLogger(__name__)

AT_ONCE = 16
AT_ONCE_PER_HOST = 4
"""How many messages are under way; a host that hangs does not hold up the others."""

CLAIM_SECONDS = 60.0
"""After this a message that was claimed counts as lost; well above what an attempt may take."""

LONGEST_PAUSE = 60.0
"""How late the messages of another process are seen, in seconds."""

LAST_SECONDS = 1.0
"""How long attempts may go on at the end; what is cut off is sent again next time."""

Post = Callable[[Letter], Awaitable[Outcome]]
Sleep = Callable[[float], Awaitable[None]]


class Courier:
    """Lives in one event loop. Opened by `open_courier`."""

    def __init__(
        self,
        store: Store,
        *,
        post: Post,
        schedule: Schedule | None = None,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self._store, self._post, self._sleep = store, post, sleep
        self._schedule = schedule or Schedule()
        self._under_way: Counter[str] = Counter()
        self._woken = anyio.Event()
        self._is_ending = False

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    def end(self) -> None:
        """Begin nothing new that was not due by now, and return from `run` soon."""
        self._is_ending = True
        self.wake()

    async def run(self) -> None:
        """Send what is due, whenever it is."""
        async with anyio.create_task_group() as tasks:
            while True:
                is_last, self._woken = self._is_ending, anyio.Event()
                pause = await self._send_due(tasks)
                if is_last:
                    break
                await self._wait(pause)
            tasks.cancel_scope.deadline = anyio.current_time() + LAST_SECONDS

    async def _send_due(self, tasks: TaskGroup) -> float:
        """Begin to send all that is due and has room; answers how long nothing else will be."""
        try:
            while self._under_way.total() < AT_ONCE:
                busy = self._busy_hosts()
                pause = await anyio.to_thread.run_sync(self._seconds_left, busy)
                claimed = await anyio.to_thread.run_sync(self._claim, busy) if not pause else None
                if claimed is None:
                    return pause or LONGEST_PAUSE
                message, secret = claimed
                self._under_way[message.host] += 1
                tasks.start_soon(self._deliver, message, secret)
        except Exception:  # the outermost loop: a store that fails now may not fail later
            logger.exception("The webhook messages that are due could not be read")
        return LONGEST_PAUSE

    async def _wait(self, seconds: float) -> None:
        """Until the time is over or somebody wakes us."""
        async with anyio.create_task_group() as racing:

            async def end_when_over() -> None:
                await self._sleep(seconds)
                racing.cancel_scope.cancel()

            racing.start_soon(end_when_over)
            await self._woken.wait()
            racing.cancel_scope.cancel()

    async def _deliver(self, message: DueMessage, secret: str) -> None:
        """Try once; whatever goes wrong concerns this message alone."""
        try:
            begun_at = iso(self._store.now())
            outcome = await self._outcome(message, secret)
            with anyio.CancelScope(shield=True):
                settle = partial(self._settle, message, outcome, begun_at=begun_at)
                await anyio.to_thread.run_sync(settle)
        except Exception:  # the outermost loop of a message: its claim lapses, then it is retried
            logger.exception("What came of webhook message %s could not be stored", message.id)
        finally:
            self._under_way[message.host] -= 1
            self.wake()

    async def _outcome(self, message: DueMessage, secret: str) -> Outcome:
        try:
            return await self._post(self._letter(message, secret))
        except Exception:  # the outermost loop of an attempt: a bug is a failure like any other
            logger.exception("Webhook message %s", message.id)
            return Outcome(error="This attempt failed in a way nobody foresaw; see the log.")

    def _letter(self, message: DueMessage, secret: str) -> Letter:
        seal = signed_headers(
            secret,
            message_id=message.id,
            timestamp=int(self._store.now().timestamp()),
            body=message.body.encode(),
        )
        return Letter(url=message.url, body=message.body, headers=message.headers, seal=seal)

    # In a worker thread -----------------------------------------------------------------------

    def _seconds_left(self, busy_hosts: frozenset[str]) -> float:
        """How long nothing is due that may be sent; 0 when something is."""
        with self._store.reading() as tx:
            next_due = tx.messages.next_due(but_hosts=busy_hosts)
        if next_due is None:
            return LONGEST_PAUSE
        return min(max((next_due - self._store.now()).total_seconds(), 0), LONGEST_PAUSE)

    def _claim(self, busy_hosts: frozenset[str]) -> tuple[DueMessage, str] | None:
        """A message that is due, with the secret that signs it."""
        until = self._store.now() + timedelta(seconds=CLAIM_SECONDS)
        with self._store.writing() as tx:
            message = tx.messages.claim(until=until, but_hosts=busy_hosts)
            return None if message is None else (message, secret_for(tx, message.account_id))

    def _settle(self, message: DueMessage, outcome: Outcome, *, begun_at: str) -> None:
        number, next_at, status = message.attempts + 1, None, MessageStatus.DELIVERED
        if not is_received(outcome.status_code):
            delay = self._schedule.delay_after(number)
            status = MessageStatus.FAILED if delay is None else MessageStatus.PENDING
            if delay is not None:
                next_at = iso(self._store.now() + timedelta(seconds=delay))
        attempt = Attempt(number, begun_at, outcome.status_code, outcome.error, next_at)
        with self._store.writing() as tx:
            tx.messages.settle(message.id, attempt, status)

    def _busy_hosts(self) -> frozenset[str]:
        return frozenset(
            host for host, count in self._under_way.items() if count >= AT_ONCE_PER_HOST
        )


@contextmanager
def open_courier(store: Store, *, post: Post, schedule: Schedule, is_alone: bool) -> Iterator[None]:
    """Send this store's messages until the end, in a thread of its own.

    `is_alone`: nobody else sends them, so what was claimed before was cut off and goes at once.
    """
    if is_alone:
        with store.writing() as tx:
            tx.messages.release_all()
    courier = Courier(store, post=post, schedule=schedule)
    with start_blocking_portal("asyncio", name="webhooks") as portal:
        running = portal.start_task_soon(courier.run)
        try:
            with store.bell.heard_by(partial(portal.start_task_soon, courier.wake)):
                yield
        finally:
            portal.call(courier.end)
            running.result()
