"""The way to other hosts leads to the very address that was judged."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest

from magica_mcp.addresses import Target
from magica_mcp.api.guard import PublicTransport, Resolve, addresses_of
from magica_mcp.errors import InvalidInputError
from tests.patience import LONG_ENOUGH

PUBLIC, OTHER = "93.184.216.34", "2606:4700::1111"
Answer = Callable[[httpx.Request], httpx.Response]


class Names:
    """Answers for every name: each time with the next of these addresses, in the end the last."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers, self.asked = list(answers), 0

    async def __call__(self, _target: Target) -> Sequence[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def here(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text=str(request.url))


async def asked(url: str, *, resolve: Resolve, answer: Answer = here) -> httpx.Response:
    transport = PublicTransport(resolve=resolve, inner=httpx.MockTransport(answer))
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.get(url)


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    names = Names([PUBLIC], ["127.0.0.1"])
    answered = await asked("https://cdn.test:8443/a.png?b=c", resolve=names, answer=answer)

    assert names.asked == 1
    assert str(seen[0].url) == f"https://{PUBLIC}:8443/a.png?b=c"
    assert seen[0].headers["host"] == "cdn.test:8443"
    assert seen[0].extensions["sni_hostname"] == "cdn.test"
    assert str(answered.url) == "https://cdn.test:8443/a.png?b=c"


async def test_a_name_that_changes_its_mind_is_judged_again_at_the_next_request() -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    await asked("https://cdn.test/a", resolve=names)

    with pytest.raises(InvalidInputError, match="this machine itself"):
        await asked("https://cdn.test/b", resolve=names)


@pytest.mark.parametrize("inside", ["10.0.0.7", "169.254.169.254", "::1", "127.0.0.1"])
async def test_one_inner_address_of_a_host_is_enough_to_refuse_it(inside: str) -> None:
    with pytest.raises(InvalidInputError, match="not fetched"):
        await asked("https://cdn.test/a.png", resolve=Names([PUBLIC, inside]))


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "localhost"])
async def test_this_machine_is_known_in_every_disguise(host: str) -> None:
    with pytest.raises(InvalidInputError, match="this machine itself"):
        await asked(f"http://{host}:8080/", resolve=addresses_of)


async def test_where_one_address_cannot_be_reached_the_next_one_is_tried() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == OTHER:
            raise httpx.ConnectError("no route", request=request)
        return httpx.Response(200, text=request.url.host)

    answered = await asked("https://cdn.test/", resolve=Names([OTHER, PUBLIC]), answer=answer)

    assert answered.text == PUBLIC


async def test_a_host_that_does_not_exist_is_not_asked() -> None:
    with pytest.raises(httpx.ConnectError, match="no machine is called that"):
        await asked("https://cdn.test/", resolve=Names([]))


async def test_through_a_proxy_a_name_stays_a_name() -> None:
    transport = PublicTransport(
        resolve=Names([]), proxy_for=lambda _: "http://proxy.test", inner=httpx.MockTransport(here)
    )
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get("https://cdn.test/a")).text == "https://cdn.test/a"


async def test_a_private_address_is_refused_before_a_proxy_hears_of_it() -> None:
    transport = PublicTransport(
        resolve=Names(["10.0.0.7"]),
        proxy_for=lambda _: "http://proxy.test",
        inner=httpx.MockTransport(here),
    )
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(InvalidInputError, match="a private network"):
            await client.get("https://cdn.test/a")


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what arrives there; each visitor is answered once."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LONG_ENOUGH)

        def answer() -> None:
            visitor, _ = listener.accept()
            with visitor:
                heard.append(visitor.recv(65_536))
                visitor.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(LONG_ENOUGH)


async def test_over_a_real_socket_the_host_is_named_and_the_number_connected_to() -> None:
    with listening() as (port, heard):
        way = ToThisMachine()
        transport = PublicTransport(inner=way, resolve=Names([PUBLIC]))
        async with way, httpx.AsyncClient(transport=transport) as client:
            answered = await client.get(f"http://cdn.test:{port}/a")

    assert answered.text == "hi"
    assert b"host: cdn.test" in heard[0].lower()


class ToThisMachine(httpx.AsyncBaseTransport):
    """Routes the public number to this machine, as a router would; no name is looked up."""

    def __init__(self) -> None:
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == PUBLIC
        request.url = request.url.copy_with(host="127.0.0.1")
        return await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


@pytest.mark.parametrize(("host", "found"), [("127.0.0.1", ["127.0.0.1"]), ("a" * 64 + ".b", [])])
async def test_a_host_is_looked_up_or_has_no_addresses(host: str, found: list[str]) -> None:
    assert list(await addresses_of(Target("http", host, 80))) == found
