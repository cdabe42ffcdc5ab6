"""Every recorded answer is read by our models, so both sides cannot agree on a mistake."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from magica_mcp.api.failures import failure
from magica_mcp.api.media import uploaded, with_files
from magica_mcp.api.reading import Reply, done, page_in, shaped
from magica_mcp.api.toolcalls import ToolAnswer, tool_answer
from magica_mcp.errors import (
    ApiError,
    ConflictError,
    GoneError,
    NotFoundError,
    OutOfCreditsError,
    RateLimitedError,
    RejectedError,
    ServerFailedError,
    UnauthorizedError,
)
from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.models.building import AddedNode, ConnectedNodes, CreatedWorkflow, NodeType
from magica_mcp.models.catalog import ErrorEnvelope, Model, ModelSchema, ModelSearch
from magica_mcp.models.credits import Balance, Estimate, Pricing, credits_text
from magica_mcp.models.media import MediaItem
from magica_mcp.models.runs import ModelRun, StartedRun, WorkflowRun, assets_of
from magica_mcp.models.workflows import (
    SystemWorkflow,
    Workflow,
    WorkflowSummary,
    request_fields,
)

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def one(shape: type[BaseModel]) -> Callable[[Any], object]:
    return lambda value: shaped(value, shape)


def page(row: type[BaseModel]) -> Callable[[Any], object]:
    return lambda value: page_in(value, row).items


def tool(value: Any) -> ToolAnswer:
    reply = Reply("application/json", json.dumps(value).encode())
    return tool_answer(reply, name="get_workflow")


def succeeded(value: Any) -> bool:
    done(value)
    return True


def content_of(value: Any) -> Any:
    return tool(value).content


READERS: dict[str, Callable[[Any], object]] = {
    "add_node": one(AddedNode),
    "balance": one(Balance),
    "connect_nodes": one(ConnectedNodes),
    "create_workflow": one(CreatedWorkflow),
    "create_workflow_wrapped": one(CreatedWorkflow),
    "error_400_url": one(ErrorEnvelope),
    "error_400_validation": one(ErrorEnvelope),
    "error_401": lambda value: value["error"],
    "error_403_credits": one(ErrorEnvelope),
    "error_404_node": one(ErrorEnvelope),
    "error_409": one(ErrorEnvelope),
    "error_404_type": one(ErrorEnvelope),
    "error_410": one(ErrorEnvelope),
    "error_429": one(ErrorEnvelope),
    "error_500": one(ErrorEnvelope),
    "estimate_nodes": one(Estimate),
    "estimate_workflow": one(Estimate),
    "media_library": lambda value: page_in(with_files(value), MediaItem).items,
    "media_library_bare": lambda value: page_in(with_files(value), MediaItem).items,
    "model_run_3d": one(ModelRun),
    "model_run_completed": one(ModelRun),
    "model_run_crop": one(ModelRun),
    "model_run_extract_audio": one(ModelRun),
    "model_run_failed": one(ModelRun),
    "model_run_llm": one(ModelRun),
    "model_run_merge": one(ModelRun),
    "model_run_ocr": one(ModelRun),
    "model_run_pending": one(ModelRun),
    "model_search": one(ModelSearch),
    "model_search_no_match": one(ModelSearch),
    "models": lambda value: shaped(value, tuple[Model, ...]),
    "node_types": page(NodeType),
    "node_types_bare": page(NodeType),
    "pricing_crop": one(Pricing),
    "pricing_gpt_image": one(Pricing),
    "pricing_merge": one(Pricing),
    "run_batch_shape": one(WorkflowRun),
    "run_both_shapes": one(WorkflowRun),
    "run_concepts_shape": one(WorkflowRun),
    "run_running_brief": one(WorkflowRun),
    "runs_batch": page(WorkflowRun),
    "runs_page": page(WorkflowRun),
    "schema_crop": one(ModelSchema),
    "schema_gpt_image": one(ModelSchema),
    "start_model_run": one(StartedRun),
    "start_run": one(StartedRun),
    "success": succeeded,
    "system_workflows": page(SystemWorkflow),
    "system_workflows_bare": page(SystemWorkflow),
    "tool_absent": tool,
    "tool_get_workflow": tool,
    "tool_get_workflow_text": tool,
    "tool_refused_edit": tool,
    "tool_unknown_workflow": tool,
    "tool_upload_file": lambda value: uploaded(content_of(value)),
    "tool_words_only": lambda value: uploaded(content_of(value)),
    "upload_file": uploaded,
    "workflow": one(Workflow),
    "workflows_paged": page(WorkflowSummary),
    "workflows_quickstart": page(WorkflowSummary),
}


def test_every_sample_has_a_reader() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(READERS)


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_recorded_answer_is_read(name: str) -> None:
    assert READERS[name](sample(name))


@pytest.mark.parametrize("name", ["run_concepts_shape", "run_batch_shape", "run_both_shapes"])
def test_both_shapes_of_a_run_have_an_id_and_nodes(name: str) -> None:
    run = shaped(sample(name), WorkflowRun)

    assert (run.run_id, bool(run.nodes)) == ("cmv1x0k2q0001jx08d3fz6h9a", True)


def test_a_node_of_either_shape_says_its_type() -> None:
    types = {
        node.node_type
        for name in ("run_concepts_shape", "run_batch_shape")
        for node in shaped(sample(name), WorkflowRun).nodes
    }

    assert types == {"request", "flux_2_pro", "gpt_5_4"}


def test_a_failed_node_keeps_its_error() -> None:
    run = shaped(sample("run_batch_shape"), WorkflowRun)

    failed = [node.error for node in run.nodes if node.status is NodeStatus.FAILED]

    assert failed == ["The provider rejected the prompt"]


def test_canceled_is_read_with_one_l_and_with_two() -> None:
    assert shaped(sample("run_both_shapes"), WorkflowRun).status is RunStatus.CANCELED


def test_a_listed_run_names_its_workflow_and_its_price() -> None:
    run = page_in(sample("runs_page"), WorkflowRun).items[0]

    assert (run.workflow_name, run.credit_used) == ("Kite poster", 70_112)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("model_run_completed", ["image"]),
        ("model_run_crop", ["image"]),
        ("model_run_merge", ["video"]),
        ("model_run_extract_audio", ["audio"]),
        ("model_run_ocr", ["file"]),
        ("model_run_3d", ["file", "image"]),
        ("model_run_llm", []),
        ("model_run_failed", []),
        ("model_run_pending", []),
    ],
)
def test_the_files_of_a_model_run_are_found_in_its_output(name: str, media: list[str]) -> None:
    run = shaped(sample(name), ModelRun)

    assert [asset.media_type for asset in assets_of(run)] == media


def test_a_merged_video_says_its_length_and_its_size() -> None:
    (asset,) = assets_of(shaped(sample("model_run_merge"), ModelRun))

    assert (asset.duration, asset.width, asset.size) == (20.022, 1280, 7_340_032)


def test_the_picture_of_a_workflow_is_found_once() -> None:
    run = shaped(sample("run_concepts_shape"), WorkflowRun)

    assert [asset.width for asset in assets_of(run)] == [1024]


def test_a_failed_model_run_has_words_to_show() -> None:
    run = shaped(sample("model_run_failed"), ModelRun)

    assert run.user_message == "The image model refused this prompt."


def test_a_queued_model_run_has_cost_nothing_yet() -> None:
    run = shaped(sample("model_run_pending"), ModelRun)

    assert (run.status, run.credit_used) == (RunStatus.QUEUED, 0)


def test_a_single_mode_model_has_no_sub_models() -> None:
    models = shaped(sample("models"), tuple[Model, ...])

    assert [len(model.sub_models) for model in models] == [2, 0, 0, 0]


def test_a_field_without_required_is_optional() -> None:
    schema = shaped(sample("schema_gpt_image"), ModelSchema)

    assert [field.name for field in schema.fields if field.required] == ["prompt", "uploadedImages"]


def test_a_list_field_says_how_many_it_takes() -> None:
    field = shaped(sample("schema_gpt_image"), ModelSchema).field("uploadedImages")

    assert field is not None
    assert (field.is_list, field.max_items) == (True, 10)


def test_a_search_without_match_is_told_from_an_empty_catalogue() -> None:
    search = shaped(sample("model_search_no_match"), ModelSearch)

    assert (search.model_catalog, bool(search.no_match)) == (None, True)


def test_the_balance_is_in_microcredits() -> None:
    assert credits_text(shaped(sample("balance"), Balance).available_balance) == "26.17 credits"


@pytest.mark.parametrize("name", ["estimate_nodes", "estimate_workflow"])
def test_both_estimates_come_to_the_same_total(name: str) -> None:
    assert shaped(sample(name), Estimate).total == 3_700_000


def test_the_request_field_of_a_graph_is_found_with_its_default() -> None:
    (field,) = request_fields(shaped(sample("workflow"), Workflow))

    assert (field.field_id, field.name, field.default) == ("prompt", "Prompt", "A red kite")


@pytest.mark.parametrize("name", ["tool_get_workflow", "tool_get_workflow_text"])
def test_the_hosted_tool_gives_the_graph_as_structure_or_as_text(name: str) -> None:
    answer = tool(sample(name))

    assert "node_1760000000000_request" in str(answer)


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("error_400_url", 400, RejectedError),
        ("error_400_validation", 400, RejectedError),
        ("error_401", 401, UnauthorizedError),
        ("error_403_credits", 403, OutOfCreditsError),
        ("error_404_node", 404, NotFoundError),
        ("error_404_type", 404, NotFoundError),
        ("error_409", 409, ConflictError),
        ("error_410", 410, GoneError),
        ("error_429", 429, RateLimitedError),
        ("error_500", 500, ServerFailedError),
    ],
)
def test_a_recorded_error_becomes_ours_and_quotes_magica(
    name: str, status: int, error: type[ApiError]
) -> None:
    envelope = sample(name)

    raised = failure(status, json.dumps(envelope).encode(), {}).error

    assert type(raised) is error
    assert envelope["error"] in str(raised)
