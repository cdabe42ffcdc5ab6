"""Webhooks as a client of the REST API meets them."""

from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
import standardwebhooks
import svix.webhooks

from magica_mcp.local.app import create_app
from magica_mcp.local.magica import LocalMagica
from tests.llm_stand_in import LlmStandIn
from tests.local.webhooks.receiver import Received, Receiver

LLM = "gpt_5_4"
SECRET, DELIVERIES = "local/webhooks/secret", "local/webhooks/deliveries"


async def start(http: httpx.AsyncClient, webhook: dict[str, Any]) -> httpx.Response:
    return await http.post("v1/runs", json={"workflowId": LLM, "webhook": webhook})


async def start_model(http: httpx.AsyncClient, webhook: dict[str, Any]) -> httpx.Response:
    body = {"input": {"prompt": "hi"}, "webhook": webhook}
    return await http.post(f"v1/nodes/{LLM}/run", json=body)


async def come_until(receiver: Receiver, event: str) -> dict[str, Received]:
    return await anyio.to_thread.run_sync(receiver.until, event)


async def log_of(http: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """The deliveries of a run, once none of them is pending."""
    with anyio.fail_after(30):
        while True:
            rows = (await http.get(DELIVERIES, params={"runId": run_id})).json()["items"]
            if all(row["status"] != "PENDING" for row in rows):
                return list(rows)
            await anyio.sleep(0.02)


async def test_a_workflow_run_tells_its_webhook(
    http: httpx.AsyncClient, receiver: Receiver
) -> None:
    webhook = {"url": receiver.url, "metadata": {"orderId": "order_456"}}
    run_id = (await start(http, webhook)).json()["runId"]
    come = await come_until(receiver, "run.completed")

    assert come["run.completed"].payload["runId"] == run_id
    assert come["run.completed"].payload["metadata"] == {"orderId": "order_456"}


async def test_the_public_packages_verify_what_comes_with_the_secret_of_the_account(
    http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await start(http, {"url": receiver.url, "events": ["run.completed"]})
    come = (await come_until(receiver, "run.completed"))["run.completed"]
    secret = (await http.get(SECRET)).json()["secret"]
    renamed = {name.replace("svix-", "webhook-"): value for name, value in come.headers.items()}

    svix.webhooks.Webhook(secret).verify(come.body, come.headers)
    standardwebhooks.Webhook(secret).verify(come.body, renamed)


async def test_a_model_run_tells_its_webhook(http: httpx.AsyncClient, receiver: Receiver) -> None:
    await start_model(http, {"url": receiver.url, "headers": {"X-Token": "abc"}})
    come = (await come_until(receiver, "run.completed"))["run.completed"]

    assert come.payload["workflowId"] == LLM
    assert come.headers["x-token"] == "abc"


async def test_a_canceled_run_tells_its_webhook(
    http: httpx.AsyncClient, receiver: Receiver, llm: LlmStandIn
) -> None:
    llm.hold()
    webhook = {"url": receiver.url, "events": ["run.canceled"]}
    run_id = (await start(http, webhook)).json()["runId"]
    await http.post(f"v1/runs/{run_id}/cancel")

    assert (await come_until(receiver, "run.canceled"))["run.canceled"].payload["runId"] == run_id


@pytest.mark.parametrize(
    "webhook",
    [
        {},
        {"url": "http://example.com/"},
        {"url": "https://10.0.0.1/"},
        {"url": "https://example.com/", "events": ["run.finished"]},
        {"url": "https://example.com/", "headers": {"Svix-Id": "x"}},
        {"url": "https://example.com/", "headers": {"X-A": "a\r\nb"}},
    ],
)
async def test_a_webhook_that_cannot_be_is_refused_at_the_start(
    http: httpx.AsyncClient, webhook: dict[str, Any]
) -> None:
    answers = [await start(http, webhook), await start_model(http, webhook)]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (400, "VALIDATION_ERROR")
    }
    assert (await http.get("v1/runs")).json()["total"] == 0


async def test_the_log_tells_each_attempt(http: httpx.AsyncClient, receiver: Receiver) -> None:
    webhook = {"url": receiver.url, "events": ["run.completed"]}
    run_id = (await start(http, webhook)).json()["runId"]
    come = (await come_until(receiver, "run.completed"))["run.completed"]
    (row,) = await log_of(http, run_id)
    (attempt,) = row["attempts"]

    assert (row["id"], row["event"], row["status"]) == (come.id, "run.completed", "DELIVERED")
    assert (attempt["attempt"], attempt["statusCode"], attempt["nextAttemptAt"]) == (1, 200, None)


async def test_the_log_pages(http: httpx.AsyncClient, receiver: Receiver) -> None:
    run_id = (await start(http, {"url": receiver.url})).json()["runId"]
    await come_until(receiver, "run.completed")
    query = {"runId": run_id, "pageSize": "2"}
    first = (await http.get(DELIVERIES, params=query)).json()
    second = (await http.get(DELIVERIES, params={**query, "cursor": first["nextCursor"]})).json()

    assert (first["total"], first["hasMore"], second["hasMore"]) == (3, True, False)
    assert len({row["id"] for row in first["items"] + second["items"]}) == 3


async def test_the_log_of_another_account_is_empty(
    http: httpx.AsyncClient, receiver: Receiver, magica: LocalMagica
) -> None:
    await start(http, {"url": receiver.url})
    await come_until(receiver, "run.completed")
    other = magica.create_account("Other")

    headers = {"Authorization": f"Bearer {other.key}"}
    assert (await http.get(DELIVERIES, headers=headers)).json()["total"] == 0


async def test_each_account_has_a_secret_of_its_own(
    http: httpx.AsyncClient, magica: LocalMagica
) -> None:
    other = {"Authorization": f"Bearer {magica.create_account('Other').key}"}
    secrets = [(await http.get(SECRET)).json()["secret"] for _ in range(2)]
    theirs = (await http.get(SECRET, headers=other)).json()["secret"]

    assert secrets[0] == secrets[1] != theirs


async def test_the_secret_is_not_kept_by_anything_in_between(http: httpx.AsyncClient) -> None:
    assert (await http.get(SECRET)).headers["cache-control"] == "no-store"


async def test_the_secret_is_shown_to_nobody_without_a_key(magica: LocalMagica) -> None:
    app = create_app(magica, allow_keyless=True)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1/api/"
    ) as keyless:
        assert (await keyless.get(DELIVERIES)).status_code == 200
        assert (await keyless.get(SECRET)).status_code == 401


@pytest.mark.parametrize("path", [SECRET, DELIVERIES])
async def test_the_hosted_dialect_shows_neither(hosted_http: httpx.AsyncClient, path: str) -> None:
    assert (await hosted_http.get(path)).status_code == 404


async def test_the_hosted_dialect_tells_webhooks_too(
    hosted_http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await start(hosted_http, {"url": receiver.url})

    assert await come_until(receiver, "run.completed")
