import json
from collections.abc import Callable

import httpx
import pytest

from magica_mcp.cli.handshake import Verdict, ask_to_end, is_older, meet, verdict_on
from magica_mcp.local.instance import (
    CARD_PATH,
    PROOF_PATH,
    Instance,
    InstanceCard,
    InstanceProof,
    proof_of,
)

INSTANCE = Instance(
    pid=4711, host="127.0.0.1", port=8787, instance_id="one", version="0.1.0", token="secret"
)
CARD = InstanceCard(
    instance_id="one", version="0.1.0", schema_version=1, pid=4711, unfinished_runs=0
)


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def real(request: httpx.Request, *, knows: Instance = INSTANCE) -> httpx.Response:
    if request.url.path == PROOF_PATH:
        proof = proof_of(knows, nonce=request.url.params["nonce"])
        return httpx.Response(200, json=InstanceProof(proof=proof).model_dump())
    assert request.headers["authorization"] == "Bearer secret"
    return httpx.Response(200, json=CARD.model_dump(by_alias=True))


async def test_the_noted_instance_shows_its_card() -> None:
    async with client_of(real) as client:
        assert await meet(INSTANCE, client=client) == CARD


async def test_a_stranger_on_the_port_is_not_taken_for_it() -> None:
    stranger = INSTANCE.model_copy(update={"token": "guessed"})

    async with client_of(lambda request: real(request, knows=stranger)) as client:
        assert await meet(INSTANCE, client=client) is None


async def test_a_stranger_is_never_shown_the_token() -> None:
    asked: list[httpx.Request] = []

    def stranger(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"proof": "trust me"})

    async with client_of(stranger) as client:
        await meet(INSTANCE, client=client)

    assert [request.url.path for request in asked] == [PROOF_PATH]
    assert "secret" not in str(asked[0].headers) + str(asked[0].url)


async def test_an_instance_asked_through_a_stranger_proves_nothing() -> None:
    elsewhere = INSTANCE.model_copy(update={"port": 9999})

    async with client_of(lambda request: real(request, knows=elsewhere)) as client:
        assert await meet(INSTANCE, client=client) is None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>a web server</html>"),
        httpx.Response(404, json={"error": "not here"}),
        httpx.Response(200, json=["proof"]),
    ],
)
async def test_another_program_on_the_port_is_nobody(answer: httpx.Response) -> None:
    async with client_of(lambda _: answer) as client:
        assert await meet(INSTANCE, client=client) is None


async def test_where_nothing_listens_is_nobody() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with client_of(refuse) as client:
        assert await meet(INSTANCE, client=client) is None


async def test_the_card_of_another_instance_does_not_count() -> None:
    def another(request: httpx.Request) -> httpx.Response:
        if request.url.path == CARD_PATH:
            card = CARD.model_copy(update={"instance_id": "two"})
            return httpx.Response(200, content=json.dumps(card.model_dump(by_alias=True)))
        return real(request)

    async with client_of(another) as client:
        assert await meet(INSTANCE, client=client) is None


@pytest.mark.parametrize(("status", "agrees"), [(200, True), (409, False), (500, False)])
async def test_only_a_success_is_an_agreement_to_end(status: int, *, agrees: bool) -> None:
    async with client_of(lambda _: httpx.Response(status)) as client:
        assert await ask_to_end(INSTANCE, client=client) is agrees


@pytest.mark.parametrize(
    ("running", "schema", "unfinished", "verdict"),
    [
        ("0.2.0", 1, 0, Verdict.USE),
        ("0.2.0", 1, 3, Verdict.USE),
        ("0.1.9", 1, 0, Verdict.REPLACE),
        ("0.1.9", 2, 0, Verdict.REPLACE),
        ("0.1.9", 1, 3, Verdict.USE),
        ("0.1.9", 2, 3, Verdict.REFUSE),
        ("0.3.0", 1, 0, Verdict.USE),
        ("0.3.0", 2, 0, Verdict.REFUSE),
    ],
)
def test_an_older_idle_one_makes_way_and_others_serve_if_they_speak_alike(
    running: str, schema: int, unfinished: int, verdict: Verdict
) -> None:
    card = CARD.model_copy(
        update={"version": running, "schema_version": schema, "unfinished_runs": unfinished}
    )

    assert verdict_on(card, version="0.2.0", schema=1) is verdict


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.REPLACE),
        ({"settings": "ours"}, Verdict.USE),
        ({"unfinished_runs": 3}, Verdict.BORROW),
        ({"is_background": False}, Verdict.USE),
        ({"version": "0.3.0"}, Verdict.USE),
        ({"schema_version": 2}, Verdict.REFUSE),
    ],
)
def test_one_that_a_server_with_other_settings_started_makes_way_once_it_is_idle(
    change: dict[str, object], verdict: Verdict
) -> None:
    card = CARD.model_copy(
        update={"version": "0.2.0", "settings": "theirs", "is_background": True, **change}
    )

    assert verdict_on(card, version="0.2.0", settings="ours", schema=1) is verdict


def test_who_does_not_mind_uses_one_of_any_settings() -> None:
    card = CARD.model_copy(update={"settings": "theirs", "is_background": True})

    assert verdict_on(card, version=card.version) is Verdict.USE


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "0.10.0", True),
        ("0.2.0", "0.2.0", False),
        ("1.0.0", "0.9.9", False),
    ],
)
def test_versions_compare_as_numbers(version: str, than: str, *, older: bool) -> None:
    assert is_older(version, than=than) is older
