"""How long one call waits: the smallest of wish, setting, client and what was learned of it."""

import pytest

from magica_mcp.server.profiles import PROFILES, UNKNOWN, profile_of, window


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ((None, 720.0, None, None), 720.0),
        ((5.0, 720.0, None, None), 5.0),
        ((9_999.0, 720.0, None, None), 720.0),
        ((None, 720.0, 55.0, None), 55.0),
        ((30.0, 720.0, 55.0, None), 30.0),
        ((None, 720.0, 285.0, 54.0), 54.0),
        ((-1.0, 720.0, None, None), 0.0),
    ],
)
def test_the_window_is_the_smallest_limit(limits: tuple[float | None, ...], seconds: float) -> None:
    assert window(*limits) == seconds


def test_every_known_client_is_listed_in_lower_case() -> None:
    assert all(name == name.lower() for name in PROFILES)


def test_a_client_that_is_not_listed_gets_everything() -> None:
    assert profile_of("somebody new") is UNKNOWN
    assert UNKNOWN.longest_wait is None
