"""An approval is good for one job of one account, at the price that was shown, for ten minutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from magica_mcp.errors import ApprovalRefusedError
from magica_mcp.spend.approvals import (
    GOOD_FOR,
    Approval,
    Flaw,
    Presented,
    flaw_of,
    new_token,
    require_good,
    sealed,
)

SHOWN = datetime(2026, 11, 25, 12, tzinfo=UTC)
APPROVAL = Approval(account="me", job="a job", price=3_000_000, shown_at=SHOWN)
GOOD = Presented(
    found=APPROVAL,
    is_used=False,
    account="me",
    job="a job",
    price=3_000_000,
    now=SHOWN + timedelta(minutes=9),
)


@pytest.mark.parametrize(
    "presented",
    [
        GOOD,
        replace(GOOD, price=1),
        replace(GOOD, found=replace(APPROVAL, price=None), price=None),
        replace(GOOD, found=replace(APPROVAL, price=None), price=5),
    ],
)
def test_the_same_job_at_no_higher_price_is_approved(presented: Presented) -> None:
    require_good(presented)


@pytest.mark.parametrize(
    ("presented", "flaw", "words"),
    [
        (replace(GOOD, found=None), Flaw.UNKNOWN, "was not given out here"),
        (replace(GOOD, account="you"), Flaw.OTHER_ACCOUNT, "another account"),
        (replace(GOOD, is_used=True), Flaw.USED, "used already"),
        (replace(GOOD, now=SHOWN + GOOD_FOR), Flaw.EXPIRED, "good for ten minutes"),
        (replace(GOOD, job="another"), Flaw.OTHER_INPUT, "every argument must be the same"),
        (
            replace(GOOD, price=3_000_001),
            Flaw.HIGHER_PRICE,
            "3.000001 credits instead of 3 credits",
        ),
        (replace(GOOD, price=None), Flaw.HIGHER_PRICE, "an unknown price instead of 3 credits"),
    ],
)
def test_anything_else_is_refused_with_its_own_reason(
    presented: Presented, flaw: Flaw, words: str
) -> None:
    with pytest.raises(ApprovalRefusedError, match=words) as refused:
        require_good(presented)

    assert refused.value.reason == flaw
    assert "without approval" in str(refused.value)


def test_of_several_flaws_the_account_is_told_first() -> None:
    assert flaw_of(replace(GOOD, account="you", is_used=True, job="x")) is Flaw.OTHER_ACCOUNT


def test_every_token_is_new_and_short_enough_to_copy() -> None:
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {19}


def test_what_is_kept_of_a_token_does_not_show_it() -> None:
    token = new_token()

    assert token not in sealed(token)
    assert sealed(f" {token}\n") == sealed(token)
