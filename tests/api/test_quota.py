"""Every request waits for its turn in the key's minute and day."""

from collections.abc import Mapping

import pytest

from magica_mcp.api.quota import DAY, GRACE, LONGEST_TURN, Budget, Limits
from magica_mcp.errors import RateLimitedError


class Desk:
    """A budget with a clock that only sleeping moves."""

    def __init__(self, *, limits: Limits | None = None, is_limited: bool = True) -> None:
        self.time = 1_000.0
        self.budget = Budget(
            sleep=self._sleep,
            clock=lambda: self.time,
            now=lambda: self.time + 5_000,
            limits=limits,
            is_limited=is_limited,
        )

    async def _sleep(self, seconds: float) -> None:
        self.time += seconds

    async def send(self, count: int, *, is_look: bool = False) -> float:
        """Seconds that so many requests, one after the other, took."""
        began = self.time
        for _ in range(count):
            await self.budget.turn(is_look=is_look)
        return self.time - began

    def told(self, left: int, *, seconds: float, sent_ago: float = 0) -> None:
        reset = str(int((self.time + 5_000 + seconds) * 1000))
        headers = {"x-ratelimit-remaining": str(left), "x-ratelimit-reset": reset}
        self.budget.heard(200, headers, sent_at=self.time - sent_ago)

    @property
    def minute_left(self) -> int:
        quota = self.budget.quota()
        assert quota is not None
        return quota.minute_left


async def test_a_minutes_requests_are_sent_at_once() -> None:
    assert await Desk().send(60) == 0


async def test_one_more_waits_until_the_minute_is_over() -> None:
    assert await Desk().send(61) == 60 + GRACE


async def test_looks_leave_a_reserve_to_everything_else() -> None:
    desk = Desk()

    assert await desk.send(40, is_look=True) == 0
    assert await desk.send(20) == 0


async def test_a_look_beyond_its_share_waits() -> None:
    desk = Desk()
    await desk.send(40, is_look=True)

    assert await desk.send(1, is_look=True) > 0


async def test_a_day_that_is_used_up_is_told_at_once() -> None:
    desk = Desk(limits=Limits(minute=100, day=10, day_reserve=2))
    await desk.send(10)

    with pytest.raises(RateLimitedError, match=r"in a day are used up.*nothing was sent.*hours"):
        await desk.send(1)
    assert desk.time == 1_000


async def test_a_refusal_says_when_there_is_a_turn_again() -> None:
    desk = Desk(limits=Limits(minute=100, day=10, day_reserve=2))
    await desk.send(10)

    with pytest.raises(RateLimitedError) as caught:
        await desk.send(1)
    assert caught.value.retry_after == DAY + GRACE


async def test_the_last_of_the_day_is_not_for_looks() -> None:
    desk = Desk(limits=Limits(minute=100, day=10, day_reserve=2))
    await desk.send(8, is_look=True)

    with pytest.raises(RateLimitedError):
        await desk.send(1, is_look=True)
    assert await desk.send(2) == 0


async def test_what_magica_says_is_left_counts_more_than_our_own_count() -> None:
    desk = Desk()
    await desk.send(1)
    desk.told(0, seconds=20)

    assert await desk.send(1) == 20


async def test_a_key_with_a_higher_limit_is_not_held_back() -> None:
    desk = Desk()
    await desk.send(1)
    desk.told(299, seconds=60)

    assert await desk.send(200) == 0


async def test_a_higher_limit_is_remembered() -> None:
    desk = Desk()
    await desk.send(1)
    desk.told(299, seconds=60)
    desk.time += 70

    assert await desk.send(200) == 0


async def test_requests_since_then_are_taken_off_what_was_said() -> None:
    desk = Desk()
    desk.told(10, seconds=30)
    desk.time += 1
    await desk.send(4)

    assert desk.minute_left == 6


async def test_of_two_answers_the_later_request_knows_better() -> None:
    desk = Desk()
    desk.told(10, seconds=30)
    desk.told(50, seconds=30, sent_ago=5)

    assert desk.minute_left == 10


async def test_a_far_reset_is_about_the_day() -> None:
    desk = Desk()
    desk.told(7, seconds=7_200)
    quota = desk.budget.quota()

    assert quota is not None
    assert (quota.day_left, quota.day_seconds, quota.minute_left) == (7, 7_200, 60)


async def test_nothing_is_sent_while_magica_asked_for_a_pause() -> None:
    desk = Desk()
    desk.budget.close(30)

    assert await desk.send(2) == 30


async def test_a_pause_too_long_to_sit_out_is_told_at_once() -> None:
    desk = Desk()
    desk.budget.close(LONGEST_TURN + 1)

    with pytest.raises(RateLimitedError, match=r"asked this key to pause.*Wait 66 seconds"):
        await desk.send(1)


async def test_without_limits_nothing_waits() -> None:
    desk = Desk(is_limited=False)

    assert (await desk.send(2_000), desk.budget.quota()) == (0, None)


@pytest.mark.parametrize(
    ("status", "headers", "is_limited"),
    [
        (200, {}, True),
        (200, {"x-magica-wait": "720"}, False),
        (429, {"x-magica-wait": "720"}, True),
        (200, {"x-magica-wait": "720", "x-ratelimit-remaining": "5"}, False),
        (
            200,
            {"x-magica-wait": "720", "x-ratelimit-remaining": "5", "x-ratelimit-reset": "7000000"},
            True,
        ),
    ],
)
def test_who_waits_and_names_no_limits_has_none(
    status: int,
    headers: Mapping[str, str],
    is_limited: bool,  # noqa: FBT001 - a column of the table
) -> None:
    desk = Desk()
    desk.budget.heard(status, headers, sent_at=desk.time)

    assert (desk.budget.quota() is not None) is is_limited


def test_limits_that_an_answer_names_apply_from_then_on() -> None:
    desk = Desk(is_limited=False)
    desk.told(5, seconds=30)

    assert desk.minute_left == 5
