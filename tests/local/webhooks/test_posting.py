"""One attempt at a message: where it goes, what it carries, and what is made of the answer."""

from collections.abc import Callable, Sequence

import anyio
import httpx
import pytest

from magica_mcp.local.webhooks.posting import Letter, Outcome, Poster

PUBLIC = "93.184.216.34"
SEAL = {"svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": "v1,abc"}

Answer = Callable[[httpx.Request], httpx.Response]


def letter(url: str = "https://example.com/hook?a=b#c", **headers: str) -> Letter:
    return Letter(url=url, body='{"type":"run.started"}', headers=headers, seal=SEAL)


def poster(
    answer: Answer, addresses: Sequence[str] = (PUBLIC,), *, private: bool = False
) -> Poster:
    return Poster(
        private_allowed=private,
        seconds=0.2,
        resolve=lambda _host, _port: addresses,
        transport=httpx.MockTransport(answer),
    )


class Seen:
    """Answers 200, and remembers what was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200)


async def sent(asked: Letter, addresses: Sequence[str] = (PUBLIC,)) -> httpx.Request:
    seen = Seen()
    await poster(seen, addresses)(asked)
    (request,) = seen.requests
    return request


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    request = await sent(letter())

    assert str(request.url) == f"https://{PUBLIC}/hook?a=b"
    assert request.headers["host"] == "example.com"


async def test_the_certificate_is_that_of_the_name() -> None:
    assert (await sent(letter())).extensions["sni_hostname"] == "example.com"


async def test_a_port_stays() -> None:
    request = await sent(letter("https://example.com:8443/"))

    assert (request.url.port, request.headers["host"]) == (8443, "example.com:8443")


async def test_the_body_is_sent_as_it_was_signed() -> None:
    request = await sent(letter())

    assert (request.method, request.content) == ("POST", b'{"type":"run.started"}')
    assert request.headers["content-type"] == "application/json"


async def test_custom_headers_are_added() -> None:
    request = await sent(letter(**{"X-Token": "abc", "User-Agent": "mine"}))

    assert (request.headers["x-token"], request.headers["user-agent"]) == ("abc", "mine")


@pytest.mark.parametrize("name", ["Svix-Signature", "Content-Type", "Host", "Content-Length"])
async def test_custom_headers_never_override_ours(name: str) -> None:
    plain = await sent(letter())
    request = await sent(letter(**{name: "forged"}))

    assert request.headers.get_list(name) == plain.headers.get_list(name)


async def test_any_2xx_is_success() -> None:
    outcome = await poster(lambda _: httpx.Response(204))(letter())

    assert outcome == Outcome(204)


async def test_another_status_is_told() -> None:
    outcome = await poster(lambda _: httpx.Response(503))(letter())

    assert outcome == Outcome(503, "example.com answered 503. Any 2xx is success.")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    seen = Seen()

    def sent_on(request: httpx.Request) -> httpx.Response:
        seen(request)
        return httpx.Response(status, headers={"Location": "https://other.example/"})

    outcome = await poster(sent_on)(letter())

    assert (len(seen.requests), outcome.status_code) == (1, status)
    assert "redirects are not followed" in (outcome.error or "")


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])
async def test_a_name_that_leads_inside_is_sent_nothing(address: str) -> None:
    seen = Seen()

    outcome = await poster(seen, [PUBLIC, address])(letter())

    assert seen.requests == []
    assert "Nothing was sent" in (outcome.error or "")


async def test_a_private_address_is_fine_where_that_is_allowed() -> None:
    assert await poster(Seen(), ["10.0.0.1"], private=True)(letter()) == Outcome(200)


async def test_a_name_that_becomes_another_machine_is_sent_no_plain_http() -> None:
    outcome = await poster(Seen(), [PUBLIC])(letter("http://localhost/"))

    assert "plain http" in (outcome.error or "")


async def test_the_next_address_is_tried_where_the_first_cannot_be_reached() -> None:
    def only_the_second(request: httpx.Request) -> httpx.Response:
        if request.url.host == PUBLIC:
            raise httpx.ConnectError("refused")
        return httpx.Response(200)

    assert await poster(only_the_second, [PUBLIC, "8.8.8.8"])(letter()) == Outcome(200)


async def test_a_host_that_nobody_knows_is_told() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such host")

    outcome = await Poster(resolve=unknown)(letter())

    assert outcome == Outcome(error="No machine is called 'example.com'.")


async def test_a_receiver_that_cannot_be_reached_is_told() -> None:
    def refused(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert await poster(refused)(letter()) == Outcome(error="example.com could not be reached.")


async def test_a_receiver_that_never_answers_is_given_up_on() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    hanging = Poster(
        seconds=0.05, resolve=lambda *_: [PUBLIC], transport=httpx.MockTransport(never)
    )
    with anyio.fail_after(30):
        outcome = await hanging(letter())

    assert outcome == Outcome(error="example.com did not answer within 0.05 seconds.")


async def test_a_letter_shows_no_secrets_by_accident() -> None:
    assert "abc" not in repr(letter(**{"X-Token": "abc"}))
