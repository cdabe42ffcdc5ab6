"""When a run is looked at."""

from magica_mcp.api.schedule import LONGEST_DELAY, delay_before


def test_the_first_look_is_soon() -> None:
    assert delay_before(0, elapsed=0.0) == 0.1


def test_pauses_never_shrink() -> None:
    pauses = [delay_before(look, elapsed=0.0) for look in range(50)]

    assert pauses == sorted(pauses)


def test_pauses_grow_to_five_seconds() -> None:
    assert delay_before(1_000_000, elapsed=0.0) == LONGEST_DELAY == 5.0


def test_slow_looks_become_rarer_with_the_time_they_take() -> None:
    assert delay_before(1, elapsed=20.0) == 2.0


def test_a_minute_of_waiting_stays_far_below_a_keys_limit() -> None:
    elapsed, looks = 0.0, 0
    while elapsed < 60:
        elapsed += delay_before(looks, elapsed=elapsed)
        looks += 1

    assert looks < 25
