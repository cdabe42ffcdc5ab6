"""How long one call waits: the smallest of wish, setting and client."""

import pytest

from magica_mcp.server.profiles import PROFILES, UNKNOWN, Profile, window


@pytest.mark.parametrize(
    ("asked", "profile", "seconds"),
    [
        (None, UNKNOWN, 720.0),
        (5.0, UNKNOWN, 5.0),
        (9_999.0, UNKNOWN, 720.0),
        (None, Profile(longest_wait=55), 55.0),
        (30.0, Profile(longest_wait=55), 30.0),
        (-1.0, UNKNOWN, 0.0),
    ],
)
def test_the_window_is_the_smallest_limit(
    asked: float | None, profile: Profile, seconds: float
) -> None:
    assert window(asked, setting=720, profile=profile) == seconds


def test_every_known_client_is_listed_in_lower_case() -> None:
    assert all(name == name.lower() for name in PROFILES)
