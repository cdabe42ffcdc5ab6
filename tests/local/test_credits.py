"""What is charged, and what a refusal says."""

import pytest

from magica_mcp.errors import OutOfCreditsError
from magica_mcp.local.credits import charge_for, require_credits

CHARGES = [
    # price, have, charged
    (100, 1000, 100),
    (100, 100, 100),
    (100, 40, 40),
    (0, 1000, 0),
    (100, 0, 0),
    (100, -5, 0),
]


@pytest.mark.parametrize(("price", "have", "charged"), CHARGES)
def test_a_node_costs_its_price_but_never_more_than_there_is(
    price: int, have: int, charged: int
) -> None:
    assert charge_for(price, have=have) == charged


def test_credits_that_just_suffice_are_enough() -> None:
    require_credits(need=100, have=100)


def test_a_refusal_names_need_and_have() -> None:
    with pytest.raises(OutOfCreditsError) as refused:
        require_credits(need=195_000, have=100_000)

    assert str(refused.value) == (
        "This needs 0.195 credits, but only 0.1 credits are left. Nothing was started. "
        "Choose a cheaper model or smaller settings, or add credits."
    )
