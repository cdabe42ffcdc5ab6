"""What else could be run for less: the same with one input changed, or another model."""

import httpx
import pytest

from magica_mcp.api.client import MagicaClient
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.inputs import checked
from magica_mcp.models.priced_nodes import priced_nodes
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import request_fields
from magica_mcp.server.cheaper import Choice, cheaper_inputs, cheaper_values
from magica_mcp.server.generating import ModelJob
from magica_mcp.server.resolving import resolve_model, resolve_workflow


async def job_of(client: MagicaClient, model_id: str, given: JsonObject) -> ModelJob:
    model = await resolve_model(client, model_id)
    complete = checked(await client.model_schema(model.id), {"prompt": "a fox", **given})
    node = NodeToPrice(type=model.node_type, data=complete, sub_model_id=model.sub_model_id)
    return ModelJob(model, complete, (await client.estimate_nodes([node])).total)


async def at_once(_seconds: float) -> None:
    """No waiting between attempts."""


@pytest.mark.parametrize(
    ("model_id", "given", "change", "price"),
    [
        (
            "nano-banana-pro-text",
            {"resolution": "4K", "num_images": 4},
            {"resolution": "2K"},
            780_000,
        ),
        ("gpt-image-2-text", {}, {"quality": "Low"}, 7_644),
        ("veo-3.1-text-to-video", {}, {"generate_audio": False}, 2_080_000),
        ("veo-3.1-text-to-video", {}, {"duration": 4}, 2_080_000),
    ],
)
async def test_a_job_is_offered_with_one_input_less_costly(
    model_id: str, given: JsonObject, change: JsonObject, price: int, hosted_http: httpx.AsyncClient
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, model_id, given)

    assert Choice(change, price) in await cheaper_inputs(client, job, target=0)


async def test_another_model_is_offered_with_what_it_takes_of_the_same_input(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, "nano-banana-pro-text", {"resolution": "4K", "num_images": 2})

    choices = await cheaper_inputs(client, job, target=0)

    other: JsonObject = {"modelId": "grok-imagine-image-text", "prompt": "a fox", "num_images": 2}
    assert Choice(other, 52_000) in choices


async def test_of_several_qualities_the_best_is_offered_that_reaches_the_target(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, "gpt-image-2-text", {})

    near = await cheaper_inputs(client, job, target=100_000)
    far = await cheaper_inputs(client, job, target=10_000)

    assert Choice({"quality": "Medium"}, 68_484) in near
    assert Choice({"quality": "Low"}, 7_644) in far


async def test_a_number_of_pictures_that_another_model_does_not_know_is_not_left_out(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, "gpt-image-2-text", {"n": 4})

    choices = await cheaper_inputs(client, job, target=0)

    assert choices
    assert not any("modelId" in choice.change for choice in choices)


async def test_the_cheapest_of_its_kind_has_no_cheaper_choice(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, "grok-imagine-image-text", {})

    assert await cheaper_inputs(client, job, target=0) == ()


async def test_a_template_is_offered_with_one_value_less_costly(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    graph = (await resolve_workflow(client, "veo_3_1")).graph
    assert graph is not None
    price = (await client.estimate_workflow(priced_nodes(graph, values={}))).total

    choices = await cheaper_values(
        client, graph, request_fields(graph), values={}, price=price, target=0
    )

    assert Choice({"node_request": {"duration": 4}}, 2_080_000) in choices
    assert price == 4_160_000


async def test_choices_cost_few_requests_and_none_when_asked_again(
    hosted_http: httpx.AsyncClient,
) -> None:
    client = MagicaClient(hosted_http)
    job = await job_of(client, "nano-banana-pro-text", {"resolution": "4K"})
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    hosted_http.event_hooks["request"].append(note)
    first = await cheaper_inputs(client, job, target=0)
    cost = len(asked)
    again = await cheaper_inputs(client, job, target=0)

    assert first == again
    assert cost <= 5
    assert len(asked) == cost


async def test_what_cannot_be_priced_has_no_choices(hosted_http: httpx.AsyncClient) -> None:
    client = MagicaClient(hosted_http, sleep=at_once)
    job = await job_of(client, "nano-banana-pro-text", {"resolution": "4K"})

    async def fail(request: httpx.Request) -> None:
        raise httpx.ConnectError("gone", request=request)

    hosted_http.event_hooks["request"].append(fail)

    assert await cheaper_inputs(client, job, target=0) == ()
