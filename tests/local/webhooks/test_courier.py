"""When messages are sent, again and again or no more, and what is logged of it."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import anyio
import pytest
import sqlalchemy as sa

from magica_mcp.local.store.messages import LoggedMessage
from magica_mcp.local.store.store import open_store
from magica_mcp.local.store.tables import EventType, MessageStatus
from magica_mcp.local.webhooks.courier import (
    AT_ONCE,
    AT_ONCE_PER_HOST,
    CLAIM_SECONDS,
    Courier,
    Post,
    open_courier,
)
from magica_mcp.local.webhooks.desk import WebhookDesk
from magica_mcp.local.webhooks.posting import Letter, Outcome, Poster
from magica_mcp.local.webhooks.retrying import DELAYS, Schedule
from tests.local.webhooks.conftest import OWNER, Outbox, Time
from tests.local.webhooks.receiver import Receiver

BAD = Outcome(500, "example.com answered 500.")


class Script:
    """Answers attempts with one outcome after another, the last one again and again."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self._outcomes = [*outcomes]
        self.letters: list[Letter] = []

    async def __call__(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        return self._outcomes[min(len(self.letters), len(self._outcomes)) - 1]


@asynccontextmanager
async def running(outbox: Outbox, time: Time, post: Post) -> AsyncIterator[Courier]:
    courier = Courier(outbox.store, post=post, sleep=time.sleep)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(courier.run)
        yield courier
        tasks.cancel_scope.cancel()


def tried(times: int) -> Callable[[list[LoggedMessage]], bool]:
    return lambda log: len(log[0].attempts) == times


def let_pass(seconds: float, time: Time, courier: Courier) -> None:
    """However far the courier was with going to sleep, it sees the new time."""
    time.pass_by(seconds)
    courier.wake()


async def test_a_message_is_sent_at_once_and_logged(outbox: Outbox, time: Time) -> None:
    outbox.queue()
    async with running(outbox, time, Script([Outcome(204)])):
        (message,) = await outbox.becomes(lambda log: log[0].status is MessageStatus.DELIVERED)
    (attempt,) = message.attempts

    assert (attempt.number, attempt.status_code, attempt.error) == (1, 204, None)
    assert (attempt.begun_at, message.next_at) == ("2026-01-01T00:00:00.000Z", None)


async def test_a_message_that_fails_is_tried_by_the_schedule_and_then_given_up(
    outbox: Outbox, time: Time
) -> None:
    outbox.queue()
    async with running(outbox, time, Script([BAD])) as courier:
        for number in range(1, len(DELAYS) + 1):
            let_pass(DELAYS[number - 1], time, courier)
            await outbox.becomes(tried(number))
        (message,) = outbox.log()

    moments = [attempt.begun_at[8:19] for attempt in message.attempts]
    assert moments == [
        *("01T00:00:00", "01T00:00:05", "01T00:05:05", "01T00:35:05", "01T02:35:05"),
        *("01T07:35:05", "01T17:35:05", "02T03:35:05"),
    ]
    assert message.status is MessageStatus.FAILED


async def test_the_log_tells_when_the_next_attempt_is(outbox: Outbox, time: Time) -> None:
    outbox.queue()
    async with running(outbox, time, Script([BAD])):
        (message,) = await outbox.becomes(lambda log: bool(log[0].attempts))

    assert (message.status, message.next_at) == ("PENDING", "2026-01-01T00:00:05.000Z")
    assert message.attempts[0].next_at == message.next_at


async def test_nothing_is_sent_before_it_is_due(outbox: Outbox, time: Time) -> None:
    script = Script([BAD])
    outbox.queue()
    async with running(outbox, time, script) as courier:
        await outbox.becomes(lambda log: bool(log[0].attempts))
        let_pass(4.9, time, courier)
        outbox.queue(host="other.example")
        await outbox.becomes(lambda log: bool(log[1].attempts))

    assert [letter.url for letter in script.letters] == [
        "https://example.com/",
        "https://other.example/",
    ]


async def test_each_retry_has_the_same_id_and_body_and_a_new_time(
    outbox: Outbox, time: Time
) -> None:
    script = Script([BAD, Outcome(200)])
    outbox.queue()
    async with running(outbox, time, script) as courier:
        await outbox.becomes(lambda log: bool(log[0].attempts))
        let_pass(5, time, courier)
        await outbox.becomes(lambda log: log[0].status is MessageStatus.DELIVERED)
    first, second = script.letters

    assert (first.seal["svix-id"], first.body) == (second.seal["svix-id"], second.body)
    assert int(second.seal["svix-timestamp"]) - int(first.seal["svix-timestamp"]) == 5


async def test_a_received_message_is_not_sent_again(outbox: Outbox, time: Time) -> None:
    script = Script([Outcome(200)])
    outbox.queue()
    async with running(outbox, time, script) as courier:
        await outbox.becomes(lambda log: log[0].status is MessageStatus.DELIVERED)
        let_pass(24 * 3600, time, courier)
        outbox.queue(EventType.RUN_FAILED)
        await outbox.becomes(lambda log: log[1].status is MessageStatus.DELIVERED)

    assert len(script.letters) == 2


async def test_what_nobody_foresaw_is_a_failed_attempt(
    outbox: Outbox, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Letter) -> Outcome:
        raise ZeroDivisionError

    outbox.queue()
    with caplog.at_level(logging.CRITICAL, logger="magica_mcp.local.webhooks.courier"):
        async with running(outbox, time, broken):
            (message,) = await outbox.becomes(lambda log: bool(log[0].attempts))

    assert "nobody foresaw" in (message.attempts[0].error or "")
    assert message.status is MessageStatus.PENDING


async def test_a_host_that_hangs_holds_up_no_other(outbox: Outbox, time: Time) -> None:
    under_way: Counter[str] = Counter()

    async def hanging(letter: Letter) -> Outcome:
        under_way[letter.url] += 1
        if "slow" in letter.url:
            await anyio.sleep_forever()
        return Outcome(200)

    for event in EventType:
        outbox.queue(event, host="slow.example")
    outbox.queue(host="quick.example")
    async with running(outbox, time, hanging):
        await outbox.becomes(lambda log: log[-1].status is MessageStatus.DELIVERED)

    assert under_way["https://slow.example/"] == AT_ONCE_PER_HOST


async def test_only_so_many_messages_are_under_way_at_once(outbox: Outbox, time: Time) -> None:
    count, most = 0, 0

    async def counted(_: Letter) -> Outcome:
        nonlocal count, most
        count += 1
        most = max(most, count)
        await anyio.sleep(0.01)
        count -= 1
        return Outcome(200)

    for number in range(3 * AT_ONCE):
        outbox.queue(host=f"{number}.example")
    async with running(outbox, time, counted):
        await outbox.becomes(lambda log: all(each.status == "DELIVERED" for each in log))

    assert 1 < most <= AT_ONCE


# Across processes ----------------------------------------------------------------------------


async def cut_off(outbox: Outbox, time: Time) -> None:
    """A message is claimed, and its process ends before anything comes of it."""
    reached = anyio.Event()

    async def never(_: Letter) -> Outcome:
        reached.set()
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.fail_after(30):
        async with running(outbox, time, never):
            await reached.wait()


async def test_what_was_cut_off_is_sent_again_once_its_claim_has_lapsed(
    outbox: Outbox, time: Time
) -> None:
    script = Script([Outcome(200)])
    outbox.queue()
    await cut_off(outbox, time)
    async with running(outbox, time, script) as courier:
        let_pass(CLAIM_SECONDS - 1, time, courier)
        outbox.queue(host="other.example")
        await outbox.becomes(lambda log: log[1].status is MessageStatus.DELIVERED)
        let_pass(1, time, courier)
        (message, _) = await outbox.becomes(lambda log: log[0].status is MessageStatus.DELIVERED)

    assert len(message.attempts) == 1


async def test_who_is_alone_sends_at_once_what_was_cut_off(
    outbox: Outbox, time: Time, receiver: Receiver
) -> None:
    outbox.queue(url=receiver.url)
    await cut_off(outbox, time)
    with open_courier(outbox.store, post=Poster(), schedule=Schedule(), is_alone=True):
        assert receiver.next().event == EventType.RUN_STARTED


async def test_two_couriers_do_not_send_the_same_message(outbox: Outbox, time: Time) -> None:
    script = Script([Outcome(200)])
    async with running(outbox, time, script), running(outbox, time, script) as courier:
        for number in range(20):
            outbox.queue(host=f"{number}.example")
        let_pass(60, time, courier)
        await outbox.becomes(lambda log: all(each.status == "DELIVERED" for each in log))

    assert len({letter.seal["svix-id"] for letter in script.letters}) == 20 == len(script.letters)


async def test_a_queued_message_wakes_the_courier(outbox: Outbox, receiver: Receiver) -> None:
    with open_courier(outbox.store, post=Poster(), schedule=Schedule(), is_alone=True):
        outbox.queue(url=receiver.url)

        assert receiver.next().event == EventType.RUN_STARTED


async def test_what_was_queued_last_is_still_sent_at_the_end(
    outbox: Outbox, receiver: Receiver
) -> None:
    with open_courier(outbox.store, post=Poster(), schedule=Schedule(), is_alone=True):
        outbox.queue(url=receiver.url)
    receiver.next()

    assert outbox.log()[0].status is MessageStatus.DELIVERED


def test_an_event_of_a_run_is_told_once(outbox: Outbox) -> None:
    outbox.queue()
    with pytest.raises(sa.exc.IntegrityError):
        outbox.queue()


@pytest.mark.parametrize(
    ("seconds", "soon"), [(0, True), (5, True), (5 * 60, True), (30 * 60, False), (3600, False)]
)
def test_a_process_stays_for_attempts_within_minutes_but_not_for_hours(
    outbox: Outbox, time: Time, seconds: float, *, soon: bool
) -> None:
    time.pass_by(seconds)
    outbox.queue()
    time.pass_by(-seconds)

    assert (WebhookDesk(outbox.store).due_soon() > 0) is soon


async def test_what_is_delivered_keeps_no_process(outbox: Outbox, time: Time) -> None:
    outbox.queue()
    async with running(outbox, time, Script([Outcome(200)])):
        await outbox.becomes(lambda log: log[0].status is MessageStatus.DELIVERED)

    assert WebhookDesk(outbox.store).due_soon() == 0


def test_the_secret_of_an_account_stays_the_same(outbox: Outbox, url: str) -> None:
    first = WebhookDesk(outbox.store).secret(OWNER)
    with open_store(url) as again:
        second = WebhookDesk(again).secret(OWNER)

    assert first == second
    assert first.startswith("whsec_")


async def test_a_retry_comes_by_itself_when_its_time_has_come(
    outbox: Outbox, url: str, receiver: Receiver
) -> None:
    answers = iter([500, 503])
    receiver.answer = lambda _: next(answers, 200)
    outbox.queue(url=receiver.url)
    with (
        open_store(url) as store,
        open_courier(store, post=Poster(), schedule=Schedule(scale=1e-4), is_alone=True),
    ):
        ids = {receiver.next().id for _ in range(3)}
    (message,) = outbox.log()

    assert len(ids) == 1
    assert [attempt.status_code for attempt in message.attempts] == [500, 503, 200]
