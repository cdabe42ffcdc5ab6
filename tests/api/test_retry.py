"""Which request is sent again, and when."""

import pytest

from magica_mcp.api.retry import ATTEMPTS, LONGEST_DELAY, Effect, Trouble, delay_after, is_open

MIDDLE = 0.5


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - {Trouble.NOT_SENT}, key=str))
@pytest.mark.parametrize("effect", [Effect.START, Effect.CHANGE])
def test_what_may_have_arrived_is_not_sent_again(effect: Effect, trouble: Trouble) -> None:
    assert delay_after(1, trouble, effect=effect, chance=MIDDLE) is None


@pytest.mark.parametrize("effect", list(Effect))
def test_what_never_left_is_sent_again(effect: Effect) -> None:
    assert delay_after(1, Trouble.NOT_SENT, effect=effect, chance=MIDDLE) == 0.5


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.UNREADABLE])
def test_a_read_that_was_answered_is_not_repeated(trouble: Trouble) -> None:
    assert delay_after(1, trouble, effect=Effect.NONE, chance=MIDDLE) is None


@pytest.mark.parametrize(("trouble", "most"), sorted(ATTEMPTS[Effect.NONE].items(), key=str))
def test_a_read_is_given_up_after_its_attempts(trouble: Trouble, most: int) -> None:
    pauses = [delay_after(n, trouble, effect=Effect.NONE, chance=MIDDLE) for n in range(1, 5)]

    assert [pause is not None for pause in pauses] == [n < most for n in range(1, 5)]


def test_pauses_double() -> None:
    pauses = [
        delay_after(n, Trouble.FAILED, effect=Effect.NONE, chance=MIDDLE) for n in range(1, 3)
    ]

    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.25), (0.5, 0.5), (1.0, 0.75)])
def test_chance_spreads_a_pause_by_half_of_it(chance: float, pause: float) -> None:
    assert delay_after(1, Trouble.FAILED, effect=Effect.NONE, chance=chance) == pause


@pytest.mark.parametrize(
    ("asked", "pause"), [(0.0, 0.0), (7.0, 7.0), (LONGEST_DELAY, 20.0), (21.0, None)]
)
def test_retry_after_is_kept_or_else_not_waited_for(asked: float, pause: float | None) -> None:
    found = delay_after(1, Trouble.LIMITED, effect=Effect.NONE, retry_after=asked, chance=MIDDLE)

    assert found == pause


@pytest.mark.parametrize(
    "trouble",
    [Trouble.LOST, Trouble.LATE, Trouble.UNREADABLE, Trouble.FAILED, Trouble.LIMITED],
)
def test_the_outcome_of_a_start_that_may_have_arrived_is_open(trouble: Trouble) -> None:
    assert is_open(Effect.START, trouble)


@pytest.mark.parametrize("trouble", [Trouble.NOT_SENT, Trouble.REFUSED])
def test_the_outcome_of_a_start_that_was_refused_or_never_sent_is_known(trouble: Trouble) -> None:
    assert not is_open(Effect.START, trouble)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_read_leaves_nothing_open(trouble: Trouble) -> None:
    assert not is_open(Effect.NONE, trouble)
