"""What the settings say of money, as the limits of an account."""

import pytest

from magica_mcp.cli.assembly import with_key
from magica_mcp.cli.connection import limits_of
from magica_mcp.config import read_settings
from magica_mcp.spend.budgets import Limits

KEY = {"MAGICA_API_KEY": "gx_a"}


@pytest.mark.parametrize(
    ("environment", "limits"),
    [
        ({}, Limits()),
        (KEY, Limits(confirm_above=2_000_000)),
        ({**KEY, "MAGICA_CONFIRM_ABOVE": "0"}, Limits(confirm_above=0)),
        ({"MAGICA_CONFIRM_ABOVE": "0.195"}, Limits(confirm_above=195_000)),
        (
            {"MAGICA_BUDGET_PER_RUN": "1", "MAGICA_BUDGET_PER_DAY": "2.5"},
            Limits(per_run=1_000_000, per_day=2_500_000),
        ),
    ],
)
def test_settings_in_credits_are_limits_in_microcredits(
    environment: dict[str, str], limits: Limits
) -> None:
    assert limits_of(read_settings(environment)) == limits


def test_the_key_of_a_request_has_the_limits_of_a_key() -> None:
    settings = read_settings({"MAGICA_BUDGET_PER_DAY": "1"})

    limits = limits_of(with_key(settings, "gx_b"))

    assert limits == Limits(confirm_above=2_000_000, per_day=1_000_000)
