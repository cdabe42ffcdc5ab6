"""What may be spent by one run and in one day; the refusals say what is left and what fits."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from magica_mcp.errors import OverBudgetError
from magica_mcp.spend.budgets import (
    Limits,
    microcredits,
    midnight,
    over_budget,
    renewal,
    require_within,
    what_fits,
)
from magica_mcp.spend.entries import Spent

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CREDIT = 1_000_000
NOTHING = Spent()


def refusal_of(limits: Limits, *prices: int | None, spent: Spent = NOTHING) -> OverBudgetError:
    refusal = over_budget(limits, prices, spent=spent, now=NOON)
    assert refusal is not None
    return refusal


@pytest.mark.parametrize(
    ("limits", "prices", "spent"),
    [
        (Limits(), [None], Spent(9_000_000, 9_000_000)),
        (Limits(per_run=CREDIT), [CREDIT, CREDIT], NOTHING),
        (Limits(per_day=CREDIT), [600_000], Spent(charged=300_000, reserved=100_000)),
        (Limits(per_day=0), [0], NOTHING),
        (Limits(per_day=CREDIT), [0], Spent(charged=2 * CREDIT)),
        (Limits(per_day=CREDIT), [], Spent(charged=2 * CREDIT)),
    ],
)
def test_what_fits_is_allowed(limits: Limits, prices: list[int | None], spent: Spent) -> None:
    require_within(limits, prices, spent=spent, now=NOON)


def test_a_run_above_its_budget_is_refused_with_what_fits() -> None:
    refusal = refusal_of(Limits(per_run=CREDIT), 1_000_001)

    assert "would cost 1.000001 credits, and MAGICA_BUDGET_PER_RUN is 1 credit" in str(refusal)
    assert "A run of up to 1 credit fits." in str(refusal)
    assert (refusal.left, refusal.fits) == (None, CREDIT)


def test_a_day_that_is_used_up_is_refused_with_what_is_left_and_when_it_renews() -> None:
    refusal = refusal_of(
        Limits(per_day=5 * CREDIT), 2 * CREDIT, spent=Spent(charged=3 * CREDIT, reserved=800_000)
    )

    assert "is 1.2 credits: 3 credits charged, 0.8 credits reserved." in str(refusal)
    assert "renews at local midnight" in str(refusal)
    assert "Until then up to 1.2 credits fits." in str(refusal)
    assert (refusal.left, refusal.fits) == (1_200_000, 1_200_000)
    assert refusal.renews_at is not None


def test_what_is_reserved_counts_like_what_was_charged() -> None:
    limits = Limits(per_day=CREDIT)

    assert over_budget(limits, [1], spent=Spent(reserved=CREDIT), now=NOON)
    assert over_budget(limits, [1], spent=Spent(charged=CREDIT), now=NOON)


def test_a_day_that_was_overdrawn_has_nothing_left_rather_than_less() -> None:
    refusal = refusal_of(Limits(per_day=CREDIT), 1, spent=Spent(charged=3 * CREDIT))

    assert refusal.left == 0
    assert "(1 credit) is 0 credits" in str(refusal)


@pytest.mark.parametrize("limits", [Limits(per_run=CREDIT), Limits(per_day=CREDIT)])
def test_an_unknown_price_does_not_fit_any_budget(limits: Limits) -> None:
    refusal = refusal_of(limits, None)

    assert "not known beforehand" in str(refusal)
    assert "Nothing was started" in str(refusal)


def test_a_batch_is_refused_as_a_whole_and_told_how_many_of_its_runs_fit() -> None:
    refusal = refusal_of(Limits(per_day=CREDIT), 400_000, 400_000, 400_000)

    assert "This would cost 1.2 credits" in str(refusal)
    assert "the first 2 of these 3 runs" in str(refusal)


def test_one_run_of_a_batch_above_the_budget_of_a_run_refuses_the_batch() -> None:
    refusal = refusal_of(Limits(per_run=CREDIT), 1, 2 * CREDIT)

    assert "The dearest run of this batch would cost 2 credits" in str(refusal)


def test_what_fits_is_the_smaller_of_what_a_run_may_cost_and_what_is_left_today() -> None:
    limits = Limits(per_run=2 * CREDIT, per_day=5 * CREDIT)

    assert what_fits(limits, NOTHING) == 2 * CREDIT
    assert what_fits(limits, Spent(charged=4 * CREDIT)) == CREDIT
    assert what_fits(Limits(), NOTHING) is None


def test_the_refusal_says_that_the_assistant_cannot_change_the_budget() -> None:
    assert "Only the person can change it" in str(refusal_of(Limits(per_run=0), 1))


@pytest.mark.parametrize(
    ("now", "began", "ends"),
    [
        ("2026-11-25T12:00+01:00", "2026-11-25T00:00+01:00", "2026-11-26T00:00+01:00"),
        ("2026-11-25T23:30Z", "2026-11-26T00:00+01:00", "2026-11-27T00:00+01:00"),
        ("2026-10-25T12:00+01:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
    ],
)
def test_a_day_is_the_persons_own_also_when_the_clocks_change(
    now: str, began: str, ends: str
) -> None:
    here, moment = ZoneInfo("Europe/Berlin"), datetime.fromisoformat(now)

    assert midnight(moment, zone=here) == datetime.fromisoformat(began)
    assert midnight(moment, days=1, zone=here) == datetime.fromisoformat(ends)


def test_the_renewal_is_told_as_a_time_and_as_a_wait() -> None:
    ends = midnight(NOON, days=1)

    assert "local midnight" in renewal(NOON)
    assert "in 1 h 30 min" in renewal(ends - timedelta(minutes=90))
    assert "in 0 h 1 min" in renewal(ends - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("limit", "price", "wanted"),
    [
        (None, None, False),
        (None, 9_000_000_000, False),
        (2 * CREDIT, 2 * CREDIT, False),
        (2 * CREDIT, 2 * CREDIT + 1, True),
        (2 * CREDIT, None, True),
        (0, 0, True),
        (0, 1, True),
    ],
)
def test_an_approval_is_wanted_above_its_limit_and_for_unknown_prices(
    limit: int | None, price: int | None, *, wanted: bool
) -> None:
    assert Limits(confirm_above=limit).wants_approval(price) is wanted


@pytest.mark.parametrize(
    ("given", "amount"), [(None, None), (0, 0), (0.195, 195_000), (2, 2_000_000)]
)
def test_settings_are_credits_and_amounts_are_microcredits(
    given: float | None, amount: int | None
) -> None:
    assert microcredits(given) == amount
