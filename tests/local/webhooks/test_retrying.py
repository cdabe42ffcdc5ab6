import pytest

from magica_mcp.local.webhooks.retrying import DELAYS, Schedule, is_received


def test_the_schedule_is_that_of_the_contract() -> None:
    assert DELAYS == (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)


@pytest.mark.parametrize(("attempt", "delay"), [(1, 5), (2, 300), (7, 36_000), (8, None)])
def test_a_failed_attempt_is_followed_by_the_next_delay(attempt: int, delay: float | None) -> None:
    assert Schedule().delay_after(attempt) == delay


def test_a_schedule_can_be_scaled() -> None:
    assert Schedule(scale=0.01).delay_after(2) == 3


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, True),
        (204, True),
        (299, True),
        (None, False),
        (199, False),
        (301, False),
        (410, False),
    ],
)
def test_any_2xx_is_success_and_nothing_else(status: int | None, *, answer: bool) -> None:
    assert is_received(status) is answer
