"""How often a key may ask: a minute and a day, and what each answer says about them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from magica_mcp.local.app import create_app
from magica_mcp.local.keyring import KeyTerms
from magica_mcp.local.magica import LocalMagica, NewAccount
from magica_mcp.local.rates import DAY, MINUTE, STRICT, Limits, Tally, Verdict, counted

NOON = 1_800_000_000.0


@asynccontextmanager
async def client(
    magica: LocalMagica, key: str, *, strict: bool
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(magica, strict=strict))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1/api/", headers=headers
    ) as made:
        yield made


def asked(limits: Limits, *moments: float) -> list[Verdict]:
    """What a key is told that asks at these moments."""
    tally, verdicts = Tally(), []
    for moment in moments:
        tally, verdict = counted(tally, limits, now=moment)
        assert verdict is not None
        verdicts.append(verdict)
    return verdicts


def test_a_window_lets_so_many_through_and_no_more() -> None:
    told = asked(Limits(per_minute=2), NOON, NOON + 1, NOON + 2)

    assert [(verdict.is_allowed, verdict.remaining) for verdict in told] == [
        (True, 1),
        (True, 0),
        (False, 0),
    ]


def test_a_window_begins_anew_when_its_time_is_over() -> None:
    told = asked(Limits(per_minute=1), NOON, NOON + MINUTE - 1, NOON + MINUTE)

    assert [verdict.is_allowed for verdict in told] == [True, False, True]


def test_what_is_refused_uses_nothing_of_the_day_up() -> None:
    limits = Limits(per_minute=1, per_day=2)

    told = asked(limits, NOON, *[NOON + 1] * 5, NOON + MINUTE)

    assert told[-1].is_allowed


def test_the_tighter_window_is_the_one_that_is_told() -> None:
    (first,) = asked(Limits(per_minute=60, per_day=10), NOON)

    assert (first.remaining, first.ends) == (9, NOON + DAY)


def test_of_two_windows_that_are_used_up_the_longer_is_waited_for() -> None:
    *_, last = asked(Limits(per_minute=1, per_day=1), NOON, NOON + 1)

    assert last.ends == NOON + DAY


def test_the_reset_is_told_in_milliseconds_and_the_wait_in_seconds() -> None:
    *_, refused = asked(Limits(per_minute=1), NOON, NOON + 20.5)

    assert refused.headers(NOON + 20.5) == {
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(NOON + MINUTE) * 1000),
        "Retry-After": "40",
    }


def test_nothing_is_told_where_nothing_is_limited() -> None:
    _, verdict = counted(Tally(), Limits(), now=NOON)

    assert verdict is None


def test_the_usual_limits_are_those_of_the_contract() -> None:
    assert Limits(per_minute=60, per_day=1_000) == STRICT


async def test_the_sixty_first_request_of_a_minute_is_refused(
    magica: LocalMagica, account: NewAccount
) -> None:
    async with client(magica, account.key, strict=True) as http:
        answers = [await http.get("v1/credits/balance") for _ in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    last = answers[-1]
    assert last.json()["message"] == "Rate limit exceeded. Please try again later."
    assert last.json()["code"] == "RATE_LIMITED"
    assert 1 <= int(last.headers["retry-after"]) <= MINUTE


async def test_a_failure_counts_and_tells_what_is_left(
    magica: LocalMagica, account: NewAccount
) -> None:
    async with client(magica, account.key, strict=True) as http:
        answer = await http.get("v1/runs/unknown")

    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (404, "59")


async def test_without_strictness_nothing_is_limited(
    magica: LocalMagica, account: NewAccount
) -> None:
    async with client(magica, account.key, strict=False) as http:
        answers = [await http.get("v1/credits/balance") for _ in range(61)]

    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-remaining" not in answers[0].headers


@pytest.mark.parametrize("strict", [False, True])
async def test_what_is_agreed_for_a_key_always_holds(
    magica: LocalMagica, account: NewAccount, *, strict: bool
) -> None:
    key = magica.keys.create_key(account.account, KeyTerms("Tight", per_minute=1)).key
    async with client(magica, key, strict=strict) as http:
        answers = [await http.get("v1/credits/balance") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]


async def test_one_key_uses_nothing_of_another_up(magica: LocalMagica, account: NewAccount) -> None:
    keys = [
        magica.keys.create_key(account.account, KeyTerms(label, per_minute=1)).key
        for label in ("One", "Two")
    ]
    async with client(magica, "", strict=True) as http:
        answers = [
            await http.get("v1/credits/balance", headers={"Authorization": f"Bearer {key}"})
            for key in keys
        ]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_what_needs_no_key_is_not_limited(magica: LocalMagica, account: NewAccount) -> None:
    async with client(magica, account.key, strict=True) as http:
        answer = await http.get("v1/models/catalog")

    assert "x-ratelimit-remaining" not in answer.headers
