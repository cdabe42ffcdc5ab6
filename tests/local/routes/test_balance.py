import httpx

from magica_mcp.local.magica import LocalMagica


async def test_a_balance_has_the_documented_shape(http: httpx.AsyncClient) -> None:
    body = (await http.get("v1/credits/balance")).json()

    assert body == {
        "availableBalance": 100_000_000,
        "formatted": "100.00M",
        "hasActiveSubscription": body["hasActiveSubscription"],
        "isOrganization": False,
    }


async def test_who_cannot_pay_is_refused_with_403(
    http: httpx.AsyncClient, magica: LocalMagica
) -> None:
    poor = magica.create_account("Poor", microcredits=1).key

    answer = await http.post(
        "v1/nodes/nano_banana_pro/run",
        json={"input": {"prompt": "a cat"}},
        headers={"Authorization": f"Bearer {poor}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_CREDITS")
