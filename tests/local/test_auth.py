from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from magica_mcp.local.app import create_app
from magica_mcp.local.auth import AddressGate, BodyGate, pass_for
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.local.routes.running import any_template


async def welcome(_scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body, then answers 204."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def status_of(app: ASGIApp, headers: Mapping[str, str]) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        return (await client.get("http://127.0.0.1:8787/", headers=headers)).status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8787", 204),
        ("localhost", 204),
        ("LOCALHOST:8787", 204),
        ("[::1]:8787", 204),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8787", 421),
        ("localhost@evil.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
async def test_only_names_of_this_machine_are_answered(host: str, status: int) -> None:
    assert await status_of(AddressGate(welcome), {"Host": host}) == status


async def test_a_configured_name_is_answered_too() -> None:
    gate = AddressGate(welcome, names=["magica.lan"])

    assert await status_of(gate, {"Host": "magica.lan:8787"}) == 204


async def test_who_listens_everywhere_answers_to_every_name() -> None:
    gate = AddressGate(welcome, names=["*"])

    assert await status_of(gate, {"Host": "anything.example"}) == 204


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8787", 204),
        ("http://127.0.0.1:9999", 403),
        ("https://evil.example", 403),
        ("http://localhost:8787", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_pages_of_other_origins_are_refused(origin: str, status: int) -> None:
    headers = {"Host": "127.0.0.1:8787", "Origin": origin}

    assert await status_of(AddressGate(welcome), headers) == status


@pytest.mark.parametrize(("size", "status"), [(10, 204), (11, 413)])
async def test_a_body_above_the_limit_is_refused_by_its_length(size: int, status: int) -> None:
    app = BodyGate(welcome, largest=10)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.post("http://127.0.0.1/", content=b"x" * size)

    assert answer.status_code == status


def test_the_token_of_the_home_speaks_for_its_owner(magica: LocalMagica) -> None:
    found = pass_for(magica, f"Bearer {magica.token}", dialect=Dialect.LOCAL)

    assert found is not None
    assert (found.account, found.owns_home) == (magica.default_account(), True)


def test_a_key_speaks_for_its_account_and_does_not_own_the_home(
    magica: LocalMagica, account: NewAccount
) -> None:
    found = pass_for(magica, f"bearer {account.key} ", dialect=Dialect.LOCAL)

    assert found is not None
    assert (found.account, found.owns_home) == (account.account, False)


def test_the_hosted_dialect_knows_keys_only(magica: LocalMagica) -> None:
    assert pass_for(magica, f"Bearer {magica.token}", dialect=Dialect.HOSTED) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic gx_x", "gx_x", "Bearer gx_ü"])
def test_anything_else_speaks_for_nobody(magica: LocalMagica, header: str) -> None:
    assert pass_for(magica, header, dialect=Dialect.LOCAL) is None


@pytest.mark.parametrize(
    "path", ["v1/credits/balance", "v1/runs/unknown", "v1/no-such-path", "local/instance"]
)
async def test_without_a_key_nothing_is_said_about_a_path(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path, headers={"Authorization": "Bearer gx_wrong"})

    assert answer.status_code == 401
    assert answer.json() == {"error": "Invalid or expired API key."}
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_missing_key_is_refused_before_the_body_is_judged(magica: LocalMagica) -> None:
    transport = httpx.ASGITransport(create_app(magica))

    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post("http://127.0.0.1/api/v1/runs", content=b"{")

    assert answer.status_code == 401


async def test_the_catalog_needs_no_key(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/models/catalog", headers={"Authorization": ""})

    assert answer.status_code == 200


async def test_a_run_is_not_found_by_another_account(
    http: httpx.AsyncClient, magica: LocalMagica
) -> None:
    started = await http.post("v1/runs", json={"workflowId": await any_template(http)})
    stranger = magica.create_account("Stranger").key

    answer = await http.get(
        f"v1/runs/{started.json()['runId']}", headers={"Authorization": f"Bearer {stranger}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_body_of_more_than_ten_megabytes_is_refused_while_it_arrives(
    http: httpx.AsyncClient,
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b" " * 1024 * 1024

    answer = await http.post(
        "v1/runs/batch", content=endless(), headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert answer.json()["message"] == (
        "The body is larger than 10 MB. Send media as URLs, not inside the body."
    )


# Without a key, where that is allowed ------------------------------------------------------------


async def keyless_status(
    magica: LocalMagica,
    path: str = "v1/credits/balance",
    *,
    client: str = "127.0.0.1",
    dialect: Dialect = Dialect.LOCAL,
    headers: Mapping[str, str] | None = None,
) -> int:
    """The status of a request to an application that allows it to show no key."""
    app = create_app(magica, dialect=dialect, allow_keyless=True)
    transport = httpx.ASGITransport(app, client=(client, 4711))
    async with httpx.AsyncClient(transport=transport) as http:
        return (await http.get(f"http://127.0.0.1/api/{path}", headers=headers or {})).status_code


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 401)]
)
async def test_only_who_asks_from_this_machine_needs_no_key(
    magica: LocalMagica, client: str, status: int
) -> None:
    assert await keyless_status(magica, client=client) == status


async def test_a_wrong_key_is_refused_where_none_is_needed(magica: LocalMagica) -> None:
    assert await keyless_status(magica, headers={"Authorization": "Bearer gx_wrong"}) == 401


@pytest.mark.parametrize(
    ("site", "status"),
    [("none", 200), ("same-origin", 200), ("same-site", 401), ("cross-site", 401), ("", 401)],
)
async def test_a_page_of_another_site_does_not_ask_in_our_name(
    magica: LocalMagica, site: str, status: int
) -> None:
    assert await keyless_status(magica, headers={"Sec-Fetch-Site": site}) == status


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_who_asks_through_a_proxy_needs_a_key(magica: LocalMagica, name: str) -> None:
    assert await keyless_status(magica, headers={name: "10.0.0.7"}) == 401


async def test_an_empty_key_is_no_absence_of_a_key(magica: LocalMagica) -> None:
    assert await keyless_status(magica, headers={"Authorization": ""}) == 401


async def test_the_hosted_dialect_always_wants_a_key(magica: LocalMagica) -> None:
    assert await keyless_status(magica, dialect=Dialect.HOSTED) == 401


async def test_without_a_key_nobody_owns_the_home(magica: LocalMagica) -> None:
    app = create_app(magica, allow_keyless=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        answer = await http.post("http://127.0.0.1/api/local/shutdown")

    assert answer.status_code in {401, 404}


async def test_a_key_is_wanted_unless_it_is_said_otherwise(magica: LocalMagica) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(magica))) as http:
        answer = await http.get("http://127.0.0.1/api/v1/credits/balance")

    assert answer.status_code == 401
