"""Overrides for one run: whole nodes and single inputs; the workflow itself stays."""

from typing import Any

import httpx
import pytest

from tests.llm_stand_in import LlmStandIn
from tests.local.routes.building import Draft, drafted
from tests.local.routes.running import finished


@pytest.fixture
async def draft(http: httpx.AsyncClient) -> Draft:
    return await drafted(http)


async def thinking(draft: Draft) -> str:
    """A node between the two ends of a workflow, by its id."""
    node = await draft.add(inputs={"prompt": "Write about the sea."})
    await draft.connect(node, "out:output", draft.response, "result")
    return node


async def start(draft: Draft, **more: Any) -> httpx.Response:
    return await draft.http.post("v1/runs", json={"workflowId": draft.id, **more})


def prompts(llm: LlmStandIn) -> str:
    return str([call["messages"] for call in llm.calls])


async def test_a_node_is_replaced_as_a_whole_for_this_run(draft: Draft, llm: LlmStandIn) -> None:
    node = await thinking(draft)
    instead = {
        "id": node,
        "type": "gpt_5_4",
        "position": {"x": 0, "y": 0},
        "data": {"inputs": {"prompt": "Write about the moon."}},
    }

    started = await start(draft, nodeOverrides=[instead])
    run = await finished(draft.http, f"v1/runs/{started.json()['runId']}")

    assert run["status"] == "COMPLETED"
    assert "moon" in prompts(llm)
    assert "sea" not in prompts(llm)


async def test_the_workflow_keeps_its_node(draft: Draft) -> None:
    node = await thinking(draft)
    before = await draft.graph()
    instead = {"id": node, "type": "gpt_5_4", "data": {"inputs": {"prompt": "Moon."}}}

    await start(draft, nodeOverrides=[instead])

    assert (await draft.graph())["nodes"] == before["nodes"]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ({"id": "{node}x", "type": "gpt_5_4"}, "Did you mean '{node}'?"),
        ({"id": "{node}", "type": "request"}, "cannot become 'request'"),
        ({"id": "{request}", "type": "gpt_5_4"}, "cannot become 'gpt_5_4'"),
    ],
)
async def test_an_override_that_has_no_place_is_refused(
    draft: Draft, override: dict[str, str], said: str
) -> None:
    node = await thinking(draft)
    names = {"node": node, "request": draft.request}

    answer = await start(
        draft, nodeOverrides=[{key: text.format(**names) for key, text in override.items()}]
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert said.format(**names) in answer.json()["message"]


async def test_the_graph_is_checked_with_the_replaced_node(draft: Draft) -> None:
    node = await thinking(draft)
    picture = {"id": node, "type": "crop_image", "data": {}}

    answer = await start(draft, nodeOverrides=[picture])

    assert (answer.status_code, answer.json()["code"]) == (400, "GRAPH_RULE")


async def test_a_replaced_request_node_gives_its_own_fields_and_nothing_is_written_back(
    draft: Draft, llm: LlmStandIn
) -> None:
    node = await draft.add()
    await draft.connect(draft.request, "topic", node, "in:prompt")
    await draft.connect(node, "out:output", draft.response, "result")
    fields = [{"fieldId": "topic", "name": "Topic", "type": "text", "value": "snow"}]
    instead = {"id": draft.request, "type": "request", "data": {"fields": fields}}

    started = await start(draft, nodeOverrides=[instead])
    await finished(draft.http, f"v1/runs/{started.json()['runId']}")

    assert "snow" in prompts(llm)
    assert "snow" not in str(await draft.graph())


async def test_an_input_is_replaced_for_this_run(draft: Draft, llm: LlmStandIn) -> None:
    node = await thinking(draft)

    started = await start(draft, graphInputOverrides={node: {"prompt": "Write about fog."}})
    await finished(draft.http, f"v1/runs/{started.json()['runId']}")

    assert "fog" in prompts(llm)


async def test_the_viewport_means_nothing_for_a_run(draft: Draft) -> None:
    await thinking(draft)

    answer = await start(draft, viewport={"x": 0, "y": 0, "zoom": 1})

    assert answer.status_code == 202
