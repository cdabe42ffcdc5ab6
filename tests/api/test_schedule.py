"""When a run is looked at."""

import itertools

import pytest

from magica_mcp.api.quota import DAY, Quota
from magica_mcp.api.schedule import (
    FIRST_LOOK,
    LONGEST_GAP,
    PRIORS,
    RARITIES,
    SHARED_GAP,
    SHORTEST_GAP,
    SPARSEST_GAP,
    UNKNOWN,
    Crowd,
    growing_delay,
    rarity,
    scarcity,
    seconds_to_first_look,
    seconds_to_go,
    seconds_to_next_look,
    spacing,
    supposed,
)
from magica_mcp.memory import Usual

FIVE_MINUTES = Usual(p50=300, p90=377, seen=20)
QUICK = Usual(p50=10, p90=14, seen=20)


def left(day: int = 1_000, *, minute: int = 60, hours: float = 24) -> Quota:
    return Quota(minute_left=minute, day_left=day, day_limit=1_000, day_seconds=hours * 3_600)


ALONE, WHOLE = Crowd(workflows=1), left()


def pause(
    age: float,
    *,
    usual: Usual = FIVE_MINUTES,
    is_model: bool = False,
    crowd: Crowd = ALONE,
    quota: Quota = WHOLE,
) -> float:
    return seconds_to_next_look(age, usual=usual, is_model=is_model, crowd=crowd, quota=quota)


def ages_looked_at(until: float, *, usual: Usual, quota: Quota) -> list[float]:
    """How old a run is at each look, if it ends never."""
    ages = [seconds_to_first_look(0, usual=usual, quota=quota)]
    while ages[-1] < until:
        ages.append(ages[-1] + pause(ages[-1], usual=usual, quota=quota))
    return ages


def test_a_run_is_first_looked_at_soon() -> None:
    assert seconds_to_first_look(0, usual=FIVE_MINUTES, quota=left()) == FIRST_LOOK


def test_an_older_run_that_was_never_seen_is_looked_at_now() -> None:
    assert seconds_to_first_look(30, usual=FIVE_MINUTES, quota=left()) == 0


def test_looks_are_rare_long_before_the_expected_end() -> None:
    assert pause(2) == 60


def test_looks_are_dense_around_the_expected_end() -> None:
    assert [pause(age) for age in (250, 300, 377)] == [LONGEST_GAP] * 3


def test_the_first_dense_look_comes_when_the_earliest_runs_end() -> None:
    assert 150 < 62 + pause(62) < 200


def test_quick_runs_are_looked_at_closely() -> None:
    assert pause(10, usual=QUICK) == SHORTEST_GAP


def test_a_run_that_takes_unusually_long_is_looked_at_ever_more_rarely() -> None:
    pauses = [pause(age) for age in (450, 600, 10_000)]

    assert pauses == sorted(set(pauses))
    assert pauses[-1] == SPARSEST_GAP


def test_a_five_minute_run_needs_few_looks() -> None:
    assert len(ages_looked_at(300, usual=FIVE_MINUTES, quota=left())) <= 14


def test_many_workflows_share_their_looks() -> None:
    assert pause(300, crowd=Crowd(workflows=100)) == SHARED_GAP


def test_two_runs_together_cost_no_more_than_each_alone() -> None:
    assert pause(300, crowd=Crowd(workflows=2)) == LONGEST_GAP / 2


def test_many_models_take_turns() -> None:
    crowd = Crowd(models=30)

    assert pause(300, is_model=True, crowd=crowd) == 30 * SHORTEST_GAP


def test_workflows_take_one_of_the_turns() -> None:
    crowd = Crowd(workflows=50, models=30)

    assert pause(300, is_model=True, crowd=crowd) == 31 * SHORTEST_GAP


@pytest.mark.parametrize(
    ("minute", "gap"), [(60, 2.0), (30, 2.0), (25, 4.0), (20, 10.0), (0, 10.0)]
)
def test_looks_leave_room_in_a_minute_that_runs_short(minute: int, gap: float) -> None:
    assert spacing(left(minute=minute)) == gap


def test_without_limits_nothing_is_spaced() -> None:
    assert spacing(None) == 0


@pytest.mark.parametrize(
    ("day", "hours", "rarer"),
    [
        (1_000, 24, 1.0),
        (950, 24, 1.0),
        (900, 24, 3.3),
        (500, 24, 3.3),
        (500, 12, 1.0),
        (100, 24, 6.0),
        (0, 24, 30.0),
        (50, 0.1, 1.0),
    ],
)
def test_looks_become_rarer_as_the_day_runs_short(day: int, hours: float, rarer: float) -> None:
    assert rarity(left(day, hours=hours)) == pytest.approx(rarer)


def test_looks_become_rarer_without_a_step() -> None:
    found = [rarity(left(day)) for day in range(1_001)]

    assert found == sorted(found, reverse=True)
    assert max(before / after for before, after in itertools.pairwise(found)) < 1.05


def test_the_table_of_rarities_goes_from_used_up_to_whole() -> None:
    assert sorted(RARITIES) == list(RARITIES)


def test_a_short_day_skips_the_early_looks() -> None:
    ages = ages_looked_at(300, usual=FIVE_MINUTES, quota=left(600))

    assert (len(ages), ages[0] > 200) == (3, True)


def test_the_first_dense_look_heeds_how_early_such_runs_end() -> None:
    late_starters = Usual(p50=300, p90=377, seen=20, p10=290)

    assert (
        ages_looked_at(300, usual=late_starters, quota=left(600))[0]
        > (ages_looked_at(300, usual=FIVE_MINUTES, quota=left(600))[0])
    )


def test_what_is_left_of_the_day_counts_against_what_is_left_of_its_time() -> None:
    assert left(500, hours=12).day_share == pytest.approx(1)


def test_a_day_almost_over_is_no_licence() -> None:
    assert Quota(minute_left=60, day_left=10, day_limit=1_000, day_seconds=1).day_share < 1


def test_plenty_is_nothing_to_speak_of() -> None:
    assert (scarcity(None), scarcity(left())) == ("", "")


def test_a_short_day_is_told_with_how_late_results_may_be() -> None:
    assert scarcity(left(500)) == (
        "This key has 500 of its 1000 requests of the day left, so Magica is asked rarely: most "
        "results are noticed within 45 s."
    )


@pytest.mark.parametrize(
    ("category", "usual"),
    [
        ("image", PRIORS["image"]),
        ("text-to-image", PRIORS["image"]),
        ("image-to-video", PRIORS["video"]),
        ("Video", PRIORS["video"]),
        ("workflow", PRIORS["workflow"]),
        ("lipsync", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_category_says_what_to_suppose(category: str, usual: Usual) -> None:
    assert supposed(category) == usual


@pytest.mark.parametrize(("age", "seconds"), [(0, 300), (299, 1), (300, 77), (377, None)])
def test_the_end_is_expected_at_the_median_then_at_the_ninth_of_ten(
    age: float, seconds: float | None
) -> None:
    assert seconds_to_go(age, usual=FIVE_MINUTES) == seconds


def test_a_single_run_seen_does_not_make_its_duration_certain() -> None:
    certain, lone = Usual(100, 100, seen=50), Usual(100, 100, seen=1)

    assert pause(20, usual=lone) < pause(20, usual=certain)


def test_where_nothing_is_limited_looks_begin_at_once_and_calm_down() -> None:
    pauses = [growing_delay(look) for look in range(50)]

    assert (pauses[0], pauses[-1], pauses) == (0.1, 5.0, sorted(pauses))


def test_a_day_lasts_for_runs_one_after_the_other() -> None:
    looks = len(ages_looked_at(300, usual=FIVE_MINUTES, quota=left(600)))

    assert (looks + 1) * DAY / 330 < 1_100
