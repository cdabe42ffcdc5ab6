"""Where a URL may lead."""

import pytest

from magica_mcp.addresses import (
    is_loopback_host,
    refusal,
    target_of,
    webhook_refusal,
    webhook_target,
)
from magica_mcp.errors import InvalidInputError


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]
)
def test_public_addresses_are_fine(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "this machine itself"),
        ("127.9.9.9", "this machine itself"),
        ("::1", "this machine itself"),
        ("0.0.0.0", "no address in particular"),
        ("::", "no address in particular"),
        ("10.1.2.3", "a private network"),
        ("172.16.0.1", "a private network"),
        ("192.168.1.1", "a private network"),
        ("fd00::1", "a private network"),
        ("fec0::1", "a private network"),
        ("100.64.0.1", "a carrier's own network"),
        ("169.254.169.254", "the local link, where cloud machines keep their secrets"),
        ("fe80::1", "the local link, where cloud machines keep their secrets"),
        ("fe80::1%eth0", "the local link, where cloud machines keep their secrets"),
        ("224.0.0.1", "a group of machines"),
        ("ff02::1", "a group of machines"),
        ("192.0.2.1", "a range that is reserved"),
        ("198.18.0.1", "a range that is reserved"),
        ("255.255.255.255", "a range that is reserved"),
        ("2001:db8::1", "a range that is reserved"),
        ("2001::1", "a range that is reserved"),
        ("::ffff:8.8.8.8", "an IPv4 address in disguise"),
        ("::ffff:127.0.0.1", "an IPv4 address in disguise"),
        ("::7f00:1", "an IPv4 address in disguise"),
        ("64:ff9b::808:808", "an IPv4 address in disguise"),
        ("64:ff9b:1::1", "an IPv4 address in disguise"),
        ("2002:7f00:1::", "an IPv4 address in disguise"),
        ("example.com", "not an IP address"),
        ("", "not an IP address"),
    ],
)
def test_other_addresses_are_refused_with_a_reason(address: str, reason: str) -> None:
    assert refusal(address) == reason


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_loopback_may_be_allowed(address: str) -> None:
    assert refusal(address, loopback_allowed=True) is None


@pytest.mark.parametrize("address", ["10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_allowing_loopback_allows_nothing_else(address: str) -> None:
    assert refusal(address, loopback_allowed=True) is not None


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port"),
    [
        ("https://example.com/a?b#c", "https", "example.com", 443),
        ("HTTP://Example.com.", "http", "example.com", 80),
        ("http://example.com:8080", "http", "example.com", 8080),
        ("https://[2606:4700::1111]/x", "https", "2606:4700::1111", 443),
    ],
)
def test_a_url_has_a_host_and_a_port(url: str, scheme: str, host: str, port: int) -> None:
    target = target_of(url)

    assert (target.scheme, target.host, target.port) == (scheme, host, port)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "example.com/cat.png",
        "",
        "https://",
        "https:///cat.png",
        "https://me:secret@example.com/",
        "https://me@example.com/",
        "https://example.com:port/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://exa mple.com/",
        "https://example.com/\n",
        "https://example.com\\@other.example/",
    ],
)
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError):
        target_of(url)


def test_a_refusal_never_repeats_a_password() -> None:
    with pytest.raises(InvalidInputError) as refused:
        target_of("https://me:secret@example.com/")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("localhost", True),
        ("magica.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("example.com", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_known_by_name_and_number(host: str, *, answer: bool) -> None:
    assert is_loopback_host(host) is answer


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "fd00::1", "100.64.0.1"]
)
def test_our_own_networks_may_be_allowed(address: str) -> None:
    assert refusal(address, private_allowed=True) is None


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:10.0.0.1", "192.0.2.1"],
)
def test_allowing_our_own_networks_allows_nothing_else(address: str) -> None:
    assert refusal(address, private_allowed=True) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook?a=b",
        "https://93.184.216.34/",
        "http://127.0.0.1:3000/hook",
        "http://localhost:3000/",
        "http://app.localhost/",
        "http://[::1]:3000/",
        "https://localhost/",
    ],
)
def test_a_webhook_may_go_to_https_or_to_this_machine(url: str) -> None:
    assert webhook_target(url).host


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/hook", "https"),
        ("http://10.0.0.1/hook", "https"),
        ("https://10.0.0.1/hook", "a private network"),
        ("https://[fd00::1]/hook", "a private network"),
        ("https://169.254.169.254/latest", "the local link"),
        ("https://0.0.0.0/", "no address in particular"),
        ("https://[::ffff:127.0.0.1]/", "in disguise"),
        ("https://2130706433/", "whole IP address"),
        ("https://127.1/", "whole IP address"),
        ("https://0x7f.0.0.0x1/", "whole IP address"),
        ("ftp://example.com/", "http"),
        ("https://me:secret@example.com/", "password"),
        ("hook", "http"),
    ],
)
def test_a_webhook_may_go_nowhere_else(url: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        webhook_target(url)


def test_a_webhook_may_go_into_a_private_network_where_that_is_allowed() -> None:
    assert webhook_target("https://10.0.0.1/hook", private_allowed=True).host == "10.0.0.1"


def test_plain_http_leaves_this_machine_in_no_case() -> None:
    with pytest.raises(InvalidInputError, match="https"):
        webhook_target("http://10.0.0.1/hook", private_allowed=True)


@pytest.mark.parametrize(
    ("url", "address", "may"),
    [
        ("https://example.com/", "93.184.216.34", True),
        ("https://example.com/", "10.0.0.1", False),
        ("https://example.com/", "127.0.0.1", False),
        ("https://localhost/", "127.0.0.1", True),
        ("http://localhost/", "::1", True),
        ("http://localhost/", "93.184.216.34", False),
        ("http://localhost/", "10.0.0.1", False),
    ],
)
def test_what_the_host_of_a_webhook_turns_out_to_be_is_judged(
    url: str, address: str, *, may: bool
) -> None:
    assert (webhook_refusal(target_of(url), address) is None) is may


def test_a_name_for_a_private_address_is_fine_where_that_is_allowed() -> None:
    target = target_of("https://hooks.internal/")

    assert webhook_refusal(target, "10.0.0.1", private_allowed=True) is None
