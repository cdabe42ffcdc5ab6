"""Where a file may be fetched from."""

from collections.abc import Iterable

import pytest

from magica_mcp.addresses import Target
from magica_mcp.api.guard import Resolve, addresses_of, public_only
from magica_mcp.errors import InvalidInputError


def standing_for(*addresses: str) -> Resolve:
    async def resolve(target: Target) -> Iterable[str]:
        return addresses

    return resolve


async def test_a_public_host_may_be_asked() -> None:
    may_fetch = public_only(loopback_allowed=False, resolve=standing_for("93.184.216.34"))

    await may_fetch("https://cdn.test/a.png")


@pytest.mark.parametrize("inside", ["10.0.0.7", "169.254.169.254", "::1", "127.0.0.1"])
async def test_one_inner_address_of_a_host_is_enough_to_refuse_it(inside: str) -> None:
    may_fetch = public_only(loopback_allowed=False, resolve=standing_for("93.184.216.34", inside))

    with pytest.raises(InvalidInputError, match="not fetched"):
        await may_fetch("https://cdn.test/a.png")


async def test_this_machine_may_be_asked_where_magica_is_on_it() -> None:
    may_fetch = public_only(loopback_allowed=True, resolve=standing_for("127.0.0.1"))

    await may_fetch("http://127.0.0.1:8787/media/a.png")


async def test_a_private_network_stays_closed_where_magica_is_on_this_machine() -> None:
    may_fetch = public_only(loopback_allowed=True, resolve=standing_for("192.168.1.1"))

    with pytest.raises(InvalidInputError, match="private network"):
        await may_fetch("http://router.test/a.png")


async def test_a_host_that_is_not_resolved_here_is_left_to_the_request() -> None:
    await public_only(loopback_allowed=False, resolve=standing_for())("https://cdn.test/a.png")


@pytest.mark.parametrize(("host", "found"), [("127.0.0.1", ["127.0.0.1"]), ("a" * 64 + ".b", [])])
async def test_a_host_is_resolved_or_has_no_addresses(host: str, found: list[str]) -> None:
    assert list(await addresses_of(Target("http", host, 80))) == found
