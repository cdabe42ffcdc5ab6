"""Which events a run tells, and with what payload, each in the transaction of its change."""

import json
import re
from typing import Any

import pytest

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.engine.orders import Order
from magica_mcp.local.engine.preparing import prepared_model
from magica_mcp.local.engine.settling import cancel
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.store.messages import DueMessage
from magica_mcp.local.store.tables import RunKind
from magica_mcp.models.runs import StartModelRun, StartRun
from magica_mcp.models.wire import JsonObject
from tests.local.engine.workshop import LLM, Workshop, workflow

URL = "https://example.com/hook"
WEBHOOK: JsonObject = {"url": URL, "metadata": {"orderId": "order_456"}}


def failing(_job: NodeJob) -> NodeResult:
    raise NodeFailedError("The provider answered 500.", user_message="Try again.")


def start(workshop: Workshop, *edges: str, webhook: JsonObject | None = WEBHOOK) -> str:
    return workshop.start(workflow(*edges), StartRun(workflow_id="wf", webhook=webhook))


def start_model(workshop: Workshop, webhook: JsonObject = WEBHOOK) -> str:
    ask = StartModelRun(input={"prompt": "hi"}, webhook=webhook)
    order = Order(workshop.account, RunKind.MODEL, LLM, ask.wire(), "api")
    return workshop.engine.start(order, prepared_model(LLM, ask, catalog=workshop.catalog))


def queued(workshop: Workshop) -> list[DueMessage]:
    found = []
    with workshop.store.writing() as tx:
        while (due := tx.messages.claim(until=tx.messages.now().replace(year=9999))) is not None:
            found.append(due)
    return found


def told(workshop: Workshop) -> list[dict[str, Any]]:
    return [json.loads(message.body) for message in queued(workshop)]


def events(workshop: Workshop) -> list[str]:
    return [payload["type"] for payload in told(workshop)]


def test_a_run_that_succeeds_tells_its_start_each_node_and_its_end(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → b", "b → end")
    workshop.work_on_all()

    assert events(workshop) == ["run.started", "node.completed", "node.completed", "run.completed"]


def test_a_run_tells_nothing_before_its_first_node_begins(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end")

    assert events(workshop) == []


def test_a_payload_is_that_of_the_contract(workshop: Workshop) -> None:
    run_id = start(workshop, "ask → a", "a → end")
    workshop.work_on_all()
    payload = told(workshop)[-1]
    created_at = payload.pop("createdAt")

    assert payload == {
        "success": True,
        "type": "run.completed",
        "runId": run_id,
        "workflowId": "wf",
        "data": {"status": "COMPLETED", "completedNodes": 1, "failedNodes": 0},
        "metadata": {"orderId": "order_456"},
        "error": None,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created_at)


def test_a_start_tells_that_the_run_is_under_way(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end")
    workshop.work_on_all()
    begun = told(workshop)[0]

    assert (begun["type"], begun["success"], begun["data"]) == (
        "run.started",
        True,
        {"status": "RUNNING"},
    )


def test_a_node_is_told_by_its_id_and_type(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end")
    workshop.work_on_all()
    done = told(workshop)[1]

    assert (done["success"], done["data"]) == (
        True,
        {"nodeId": "a", "nodeType": LLM, "status": "COMPLETED"},
    )


def test_a_failure_tells_the_node_and_the_run_with_their_errors(workshop: Workshop) -> None:
    workshop.nodes.behaviors["b"] = failing
    start(workshop, "ask → a", "ask → b", "b → c", "a → end")
    workshop.work_on_all()
    node, run = (each for each in told(workshop) if not each["success"])

    assert (node["type"], node["data"]["nodeId"]) == ("node.failed", "b")
    assert node["error"] == "The provider answered 500."
    assert (run["type"], run["data"]) == (
        "run.failed",
        {"status": "FAILED", "completedNodes": 1, "failedNodes": 1},
    )
    assert "'b'" in run["error"]


def test_a_canceled_run_is_told_as_no_success(workshop: Workshop) -> None:
    run_id = start(workshop, "ask → a", "a → b", "b → end")
    workshop.work_on("a")
    workshop.engine.cancel(run_id)
    last = told(workshop)[-1]

    assert (last["type"], last["success"], last["error"]) == ("run.canceled", False, None)
    assert last["data"] == {"status": "CANCELED", "completedNodes": 1, "failedNodes": 0}


def test_a_second_cancel_tells_nothing_more(workshop: Workshop) -> None:
    run_id = start(workshop, "ask → a", "a → end")
    for _ in range(2):
        workshop.engine.cancel(run_id)

    assert events(workshop) == ["run.canceled"]


def test_a_node_that_is_begun_again_after_a_crash_tells_the_start_once(workshop: Workshop) -> None:
    def crash(_job: NodeJob) -> NodeResult:
        raise KeyboardInterrupt

    workshop.nodes.behaviors["a"] = crash
    run_id = start(workshop, "ask → a", "a → end")
    with pytest.raises(KeyboardInterrupt):
        workshop.work_on("a")
    del workshop.nodes.behaviors["a"]
    workshop.engine.run_node(run_id, "a")

    assert events(workshop) == ["run.started", "node.completed", "run.completed"]


def test_only_what_was_asked_for_is_told(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end", webhook={"url": URL, "events": ["run.completed"]})
    workshop.work_on_all()

    assert events(workshop) == ["run.completed"]


def test_a_run_without_a_webhook_tells_nothing(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end", webhook=None)
    workshop.work_on_all()

    assert events(workshop) == []


def test_without_metadata_there_is_a_null(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end", webhook={"url": URL})
    workshop.work_on_all()

    assert told(workshop)[0]["metadata"] is None


def test_a_run_of_a_model_tells_its_start_and_end_alone(workshop: Workshop) -> None:
    start_model(workshop)
    workshop.work_on_all()
    payloads = told(workshop)

    assert [each["type"] for each in payloads] == ["run.started", "run.completed"]
    assert payloads[1]["workflowId"] == LLM
    assert payloads[1]["data"] == {"status": "COMPLETED", "completedNodes": 1, "failedNodes": 0}


def test_a_failed_run_of_a_model_tells_the_error_that_it_answers(workshop: Workshop) -> None:
    workshop.nodes.behaviors[LLM] = failing
    start_model(workshop)
    workshop.work_on_all()
    last = told(workshop)[-1]

    assert (last["type"], last["error"]) == ("run.failed", "The provider answered 500.")


def test_a_canceled_run_of_a_model_tells_nothing(workshop: Workshop) -> None:
    workshop.engine.cancel(start_model(workshop))

    assert events(workshop) == []


def test_custom_headers_travel_with_each_message(workshop: Workshop) -> None:
    start(workshop, "ask → a", "a → end", webhook={"url": URL, "headers": {"X-Token": "abc"}})
    workshop.work_on_all()

    assert {message.headers["X-Token"] for message in queued(workshop)} == {"abc"}


def test_a_change_that_is_not_stored_is_not_told(workshop: Workshop) -> None:
    run_id = start(workshop, "ask → a", "a → end")

    def fail_after_the_cancel() -> None:
        with workshop.store.writing() as tx:
            run = tx.runs.locked(run_id)
            assert run is not None
            cancel(tx, run)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_the_cancel()

    assert events(workshop) == []
