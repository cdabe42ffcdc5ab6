"""One method, one request, one value."""

import json

import httpx
import pytest

from magica_mcp.api.catalog import CATALOG_SECONDS
from magica_mcp.api.client import MagicaClient
from magica_mcp.api.credits import ESTIMATE_SECONDS
from magica_mcp.api.workflows import GRAPH_SECONDS
from magica_mcp.errors import InvalidInputError, NotFoundError, UnreadableAnswerError
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.models.building import UpdateWorkflow
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.runs import ModelRun, StartModelRun, StartRun, WorkflowRun
from tests.api.stage import Stage, answer, recorded

RUN = "cmv1x0k2q0001jx08d3fz6h9a"
MODEL_RUN = "cmupain60000tl204cvwhrc1c"
NODES = [NodeToPrice(type="flux_2_pro"), NodeToPrice(type="gpt_5_4", data={"prompt": "a"})]


async def test_a_model_is_looked_up_by_its_id() -> None:
    stage = Stage({"GET v1/models/gpt-image-2-edit/schema": recorded("schema_gpt_image")})
    schema = await stage.client.model_schema("gpt-image-2-edit")

    assert schema.name == "GPT Image 2"


async def test_a_price_is_looked_up_by_its_model() -> None:
    stage = Stage({"GET v1/models/crop_image/pricing": recorded("pricing_crop")})

    assert (await stage.client.model_pricing("crop_image")).cost_summary.startswith("5000")


async def test_the_models_come_as_a_bare_list() -> None:
    stage = Stage({"GET v1/models": recorded("models")})

    assert len(await stage.client.list_models()) == 4


async def test_the_models_are_believed_for_ten_minutes() -> None:
    stage = Stage({"GET v1/models": recorded("models")})
    for pause in (0, CATALOG_SECONDS - 1, 1):
        stage.time += pause
        await stage.client.list_models()

    assert len(stage.sent) == 2


async def test_the_inputs_of_each_model_are_believed_for_ten_minutes() -> None:
    crop, edit = "GET v1/models/crop_image/schema", "GET v1/models/gpt-image-2-edit/schema"
    stage = Stage({crop: recorded("schema_crop"), edit: recorded("schema_gpt_image")})
    for model, pause in (
        ("crop_image", 0),
        ("gpt-image-2-edit", 1),
        ("crop_image", CATALOG_SECONDS - 2),
        ("crop_image", 1),
    ):
        stage.time += pause
        await stage.client.model_schema(model)

    assert stage.sent == [crop, edit, crop]


async def test_a_model_that_was_not_found_is_looked_for_again() -> None:
    replies = [recorded("error_404_type", 404), recorded("schema_crop")]
    stage = Stage({"GET v1/models/crop_image/schema": replies})
    with pytest.raises(NotFoundError):
        await stage.client.model_schema("crop_image")

    assert (await stage.client.model_schema("crop_image")).model_id == "crop_image"


@pytest.mark.parametrize(("query", "sent"), [(None, ""), ("text-to-speech", "text-to-speech")])
async def test_a_search_sends_its_query_if_it_has_one(query: str | None, sent: str) -> None:
    stage = Stage({"GET v1/models/search": recorded("model_search")})
    await stage.client.search_models(query)

    assert stage.requests[0].url.params.get("query", "") == sent


async def test_an_unknown_model_is_named() -> None:
    stage = Stage({})

    with pytest.raises(NotFoundError, match=r"no model 'nope'.*search_tools"):
        await stage.client.model_schema("nope")


async def test_an_empty_id_is_not_sent() -> None:
    stage = Stage({})

    with pytest.raises(InvalidInputError):
        await stage.client.model_schema("")
    assert stage.sent == []


async def test_an_estimate_sends_types_and_inputs() -> None:
    stage = Stage({"POST v1/nodes/estimate-credits": recorded("estimate_nodes")})
    estimate = await stage.client.estimate_nodes(NODES)

    assert estimate.total == 3_700_000
    assert stage.body() == {
        "nodes": [{"type": "flux_2_pro"}, {"type": "gpt_5_4", "data": {"prompt": "a"}}]
    }


async def test_the_estimate_of_a_workflow_says_its_total() -> None:
    stage = Stage({"POST v1/workflows/estimate-credits": recorded("estimate_workflow")})

    assert (await stage.client.estimate_workflow(NODES)).total_microcredits == 3_700_000


async def test_nothing_costs_nothing_without_asking() -> None:
    stage = Stage({})

    assert ((await stage.client.estimate_nodes([])).total, stage.sent) == (0, [])


async def test_a_large_workflow_is_priced_in_portions_of_a_hundred_nodes() -> None:
    def priced(request: httpx.Request) -> httpx.Response:
        count = len(json.loads(request.content)["nodes"])
        each = [{"microcredits": 10} for _ in range(count)]
        return answer({"estimates": each, "totalMicrocredits": 10 * count})

    stage = Stage({"POST v1/workflows/estimate-credits": priced})
    nodes = [NodeToPrice(type="gpt_5_4", data={"n": number}) for number in range(250)]

    estimate = await stage.client.estimate_workflow(nodes)

    assert (estimate.total, len(estimate.estimates)) == (2_500, 250)
    assert [len(json.loads(sent.content)["nodes"]) for sent in stage.requests] == [100, 100, 50]


async def test_an_id_too_long_for_an_address_is_refused_and_nothing_is_sent() -> None:
    stage = Stage({})

    with pytest.raises(InvalidInputError, match="too long for an address"):
        await stage.client.get_workflow("x" * 70_000)

    assert stage.sent == []


@pytest.mark.parametrize("reply", [{}, {"estimates": []}, {"estimates": [{"microcredits": 1}]}])
async def test_an_estimate_that_misses_a_node_is_not_taken_for_free(reply: object) -> None:
    stage = Stage({"POST v1/nodes/estimate-credits": answer(reply)})

    with pytest.raises(UnreadableAnswerError, match="price every node"):
        await stage.client.estimate_nodes(NODES)


# Runs -------------------------------------------------------------------------------------------


async def test_a_start_sends_the_values_of_the_request_node() -> None:
    stage = Stage({"POST v1/runs": recorded("start_run", 202)})
    ask = StartRun(workflow_id="w1", values={"n_request": {"prompt": "A red kite"}}, source="mcp")
    started = await stage.client.start_run(ask)

    assert started.run_id == RUN
    assert stage.body() == {
        "workflowId": "w1",
        "values": {"n_request": {"prompt": "A red kite"}},
        "source": "mcp",
    }


async def test_a_model_is_started_with_its_mode_beside_the_input() -> None:
    stage = Stage({"POST v1/nodes/gpt_image_2/run": recorded("start_model_run", 202)})
    ask = StartModelRun(sub_model_id="gpt-image-2-edit", input={"prompt": "a", "seed": None})
    await stage.client.start_model_run("gpt_image_2", ask)

    assert stage.body() == {
        "subModelId": "gpt-image-2-edit",
        "input": {"prompt": "a", "seed": None},
    }


async def test_a_run_is_asked_for_with_its_nodes() -> None:
    stage = Stage({"GET v1/runs/r1": recorded("run_concepts_shape")})
    run = await stage.client.get_run("r1")

    assert (len(run.nodes), stage.requests[0].url.params["inDetails"]) == (2, "true")


async def test_several_runs_are_asked_for_at_once() -> None:
    stage = Stage({"POST v1/runs/batch": recorded("runs_batch")})
    runs = await stage.client.get_runs(["r1", "r2"])

    assert (len(runs), stage.body()) == (2, {"ids": ["r1", "r2"]})


async def test_no_runs_are_not_asked_for() -> None:
    stage = Stage({})

    assert (await stage.client.get_runs([]), stage.sent) == ((), [])


async def test_a_run_of_unknown_kind_is_looked_for_among_both() -> None:
    stage = Stage({f"GET v1/nodes/runs/{MODEL_RUN}": recorded("model_run_completed")})
    run = await stage.client.find_run(MODEL_RUN)

    assert isinstance(run, ModelRun)
    assert stage.sent == [f"GET v1/runs/{MODEL_RUN}", f"GET v1/nodes/runs/{MODEL_RUN}"]


async def test_the_kind_that_was_found_is_remembered() -> None:
    stage = Stage({f"GET v1/nodes/runs/{MODEL_RUN}": recorded("model_run_completed")})
    await stage.client.find_run(MODEL_RUN)
    await stage.client.find_run(MODEL_RUN)

    assert stage.sent[2:] == [f"GET v1/nodes/runs/{MODEL_RUN}"]


async def test_the_kind_of_a_started_model_run_is_known() -> None:
    routes = {
        "POST v1/nodes/gpt_image_2/run": recorded("start_model_run", 202),
        f"GET v1/nodes/runs/{MODEL_RUN}": recorded("model_run_pending"),
    }
    stage = Stage(routes)
    await stage.client.start_model_run("gpt_image_2", StartModelRun(input={}))
    await stage.client.find_run(MODEL_RUN)

    assert stage.sent[1:] == [f"GET v1/nodes/runs/{MODEL_RUN}"]


async def test_a_run_known_to_be_of_a_workflow_is_not_looked_for_among_models() -> None:
    stage = Stage({"POST v1/runs": recorded("start_run", 202)})
    await stage.client.start_run(StartRun(workflow_id="w1"))

    with pytest.raises(NotFoundError):
        await stage.client.find_run(RUN)
    assert stage.sent[1:] == [f"GET v1/runs/{RUN}"]


async def test_a_run_of_a_batch_is_known_to_be_of_a_workflow() -> None:
    routes = {
        "POST v1/runs/batch": recorded("runs_batch"),
        f"GET v1/runs/{RUN}": recorded("run_concepts_shape"),
    }
    stage = Stage(routes)
    await stage.client.get_runs([RUN])

    assert isinstance(await stage.client.find_run(RUN), WorkflowRun)


async def test_a_run_of_neither_kind_is_one_error_that_names_it() -> None:
    stage = Stage({})

    with pytest.raises(NotFoundError, match=r"no run 'r9'.*list_runs"):
        await stage.client.find_run("r9")


async def test_runs_are_listed_by_filters_and_page() -> None:
    stage = Stage({"GET v1/runs": recorded("runs_page")})
    runs = await stage.client.list_runs(workflow_id="w1", status=RunStatus.COMPLETED, page=2)

    assert [run.run_id for run in runs.items] == [RUN]
    assert dict(stage.requests[0].url.params) == {
        "workflowId": "w1",
        "status": "COMPLETED",
        "page": "2",
        "pageSize": "20",
    }


async def test_runs_are_listed_from_a_cursor() -> None:
    stage = Stage({"GET v1/runs": recorded("runs_page")})
    await stage.client.list_runs(cursor="c1", page_size=5)

    assert dict(stage.requests[0].url.params) == {"cursor": "c1", "limit": "5"}


async def test_a_canceled_run_comes_back_as_it_is_now() -> None:
    stage = Stage({"POST v1/runs/r1/cancel": recorded("run_both_shapes")})

    assert (await stage.client.cancel_run("r1")).status is RunStatus.CANCELED


async def test_a_cancellation_that_answers_no_run_is_looked_up() -> None:
    routes = {
        "POST v1/runs/r1/cancel": answer({"success": True}),
        "GET v1/runs/r1": recorded("run_both_shapes"),
    }
    stage = Stage(routes)

    assert (await stage.client.cancel_run("r1")).status is RunStatus.CANCELED


# What is believed for a while ---------------------------------------------------------------------


async def test_a_price_is_believed_for_ten_minutes() -> None:
    stage = Stage({"GET v1/models/crop_image/pricing": recorded("pricing_crop")})
    for pause in (0, CATALOG_SECONDS - 1, 1):
        stage.time += pause
        await stage.client.model_pricing("crop_image")

    assert len(stage.sent) == 2


async def test_the_estimate_of_the_same_input_is_believed_for_a_minute() -> None:
    stage = Stage({"POST v1/nodes/estimate-credits": recorded("estimate_nodes")})
    for pause in (0, ESTIMATE_SECONDS - 1, 1):
        stage.time += pause
        await stage.client.estimate_nodes(NODES)

    assert len(stage.sent) == 2


async def test_the_estimate_of_another_input_is_asked_for() -> None:
    reply = answer({"estimates": [{"microcredits": 1}]})
    stage = Stage({"POST v1/nodes/estimate-credits": reply})
    for prompt in ("a", "b"):
        await stage.client.estimate_nodes([NodeToPrice(type="gpt_5_4", data={"prompt": prompt})])

    assert len(stage.sent) == 2


async def test_a_graph_is_believed_for_a_moment_where_a_glance_is_enough() -> None:
    stage = Stage({"GET v1/workflows/w1": answer({"id": "w1", "name": "One"})})
    for pause in (0, GRAPH_SECONDS - 1, 1):
        stage.time += pause
        await stage.client.recent_workflow("w1")

    assert len(stage.sent) == 2


async def test_a_graph_is_not_believed_once_we_changed_anything() -> None:
    routes = {
        "GET v1/workflows/w1": answer({"id": "w1", "name": "One"}),
        "PATCH v1/workflows/w1": recorded("success"),
    }
    stage = Stage(routes)
    await stage.client.recent_workflow("w1")
    await stage.client.update_workflow("w1", UpdateWorkflow(name="Two"))
    await stage.client.recent_workflow("w1")

    assert stage.sent.count("GET v1/workflows/w1") == 2


async def test_categories_are_known_once_the_models_are() -> None:
    stage = Stage({"GET v1/models": recorded("models")})
    before = stage.client.category_of(["kling_v3_pro"])
    await stage.client.list_models()
    names = (["kling_v3_pro"], ["flux-2-max-edit", "flux_2_max"], ["nope"])

    assert (before, [stage.client.category_of(each) for each in names]) == (
        "",
        ["video", "image-to-image", ""],
    )


# Waiting and limits -------------------------------------------------------------------------------


async def test_magica_is_asked_to_wait_in_the_query() -> None:
    stage = Stage({"POST v1/runs/batch": recorded("runs_batch")})
    await stage.client.get_runs(["r1"], wait=5)

    assert stage.requests[0].url.params["wait"] == "5"


async def test_a_long_wait_has_a_longer_timeout() -> None:
    stage = Stage({"GET v1/runs/r1": recorded("run_concepts_shape")})
    await stage.client.find_run("r1", wait=300)

    assert stage.requests[0].extensions["timeout"]["read"] > 300


async def test_without_a_wait_none_is_asked_for() -> None:
    stage = Stage({f"GET v1/nodes/runs/{MODEL_RUN}": recorded("model_run_completed")})
    await stage.client.get_model_run(MODEL_RUN)

    assert "wait" not in stage.requests[0].url.params


async def test_that_magica_waits_is_known_from_its_answers() -> None:
    run = recorded("run_concepts_shape", x_magica_wait="720")
    stage = Stage({"GET v1/runs/r1": run})
    before = stage.client.longest_wait
    await stage.client.get_run("r1")

    assert (before, stage.client.longest_wait, stage.client.quota()) == (None, 720, None)


async def test_what_a_started_run_is_called_is_known() -> None:
    stage = Stage({"POST v1/nodes/gpt_image_2/run": recorded("start_model_run", 202)})
    ask = StartModelRun(sub_model_id="gpt-image-2-edit", input={})
    started = await stage.client.start_model_run("gpt_image_2", ask)
    known = stage.client.known_run(started.run_id)

    assert known is not None
    assert (known.names, known.started_at) == (("gpt-image-2-edit", "gpt_image_2"), stage.time)


async def test_starts_wait_for_their_turn_in_the_minute() -> None:
    stage = Stage({"POST v1/runs": recorded("start_run", 202)})
    times: list[float] = []
    for _ in range(61):
        await stage.client.start_run(StartRun(workflow_id="w1"))
        times.append(stage.time)

    assert (times[59] - times[0], times[60] - times[0] >= 60) == (0, True)


async def test_magica_on_this_machine_has_no_limits_of_its_own() -> None:
    http = httpx.AsyncClient(base_url="http://127.0.0.1:8787/api/")

    assert MagicaClient(http).quota() is None


async def test_magica_elsewhere_has_a_keys_usual_limits() -> None:
    quota = MagicaClient(httpx.AsyncClient(base_url="https://magica.test/api/")).quota()

    assert quota is not None
    assert (quota.minute_left, quota.day_left) == (60, 1_000)
