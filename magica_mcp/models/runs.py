"""Runs of workflows and of single models, in both shapes that the live service sends."""

import json
import mimetypes
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    AliasPath,
    Field,
    JsonValue,
    field_validator,
    model_validator,
)

from magica_mcp.graph.lifecycle import NodeStatus
from magica_mcp.models.wire import Answer, AnyNodeStatus, AnyRunStatus, Ask, JsonObject, Listed


class NodeOverride(Ask):
    """A whole node that takes the place of the one with its id, for one run."""

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    position: dict[str, float] | None = None
    data: JsonObject = Field(default_factory=dict)


class StartRun(Ask):
    """The body of `POST /v1/runs` (magica-contract 2.3)."""

    workflow_id: str = Field(min_length=1)
    values: dict[str, JsonObject] | None = None
    graph_input_overrides: dict[str, JsonObject] | None = None
    node_overrides: tuple[NodeOverride, ...] | None = None
    source: str | None = None
    webhook: JsonObject | None = None


class StartModelRun(Ask):
    """The body of `POST /v1/nodes/{nodeType}/run` (magica-contract 2.4)."""

    sub_model_id: str | None = None
    input: JsonObject
    source: str | None = None
    webhook: JsonObject | None = None


class StartedRun(Answer):
    """What a start answers: the id, and on later versions more."""

    run_id: str = Field(validation_alias=AliasChoices("runId", "id", "run_id"))


class NodeRun(Answer):
    """One node within a run. `output.result` holds the media of generators."""

    node_id: str
    node_type: str = Field(
        default="", validation_alias=AliasChoices("type", "nodeType", "node_type")
    )
    status: AnyNodeStatus = NodeStatus.PENDING
    input: JsonValue = None
    output: JsonValue = None
    error: str | None = None
    logs: JsonValue = None
    started_at: str | None = None
    finished_at: str | None = None
    credit_used: int | None = None


class WorkflowRun(Answer):
    """A run of a workflow: `response` is what the Response node received."""

    run_id: str = Field(validation_alias=AliasChoices("runId", "id", "run_id"))
    status: AnyRunStatus
    workflow_id: str | None = None
    workflow_name: str | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "workflowName", AliasPath("workflow", "name"), "workflow_name"
        ),
    )
    response: JsonValue = None
    nodes: Listed[NodeRun] = ()
    error: str | None = None
    source: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    credit_used: int | None = Field(
        default=None, validation_alias=AliasChoices("creditUsed", "credits", "credit_used")
    )

    @model_validator(mode="before")
    @classmethod
    def _both_node_lists_as_one(cls, value: Any) -> Any:
        """`nodeRuns` knows more of a node than `nodes`; either may be absent or empty."""
        if not isinstance(value, dict) or not value.get("nodeRuns"):
            return value
        brief = {node.get("nodeId"): node for node in value.get("nodes") or () if "nodeId" in node}
        full = [{**brief.get(node.get("nodeId"), {}), **node} for node in value["nodeRuns"]]
        rest = _said_once({**value, "nodeRuns": None}, "runId", again="id")
        return {**rest, "nodes": [_said_once(node, "nodeType", again="type") for node in full]}


OF_MANY = frozenset({"workflowId", "workflowName", "source", "nodeId", "nodeType", "type"})
"""What many runs say alike."""


def _said_once(value: Mapping[str, Any], name: str, *, again: str) -> dict[str, Any]:
    """Without nulls, and without the second name of what has two: a thousand runs may be held."""
    left_out = again if value.get(name) is not None else None
    return {
        key: sys.intern(item) if key in OF_MANY and type(item) is str else item
        for key, item in value.items()
        if item is not None and key != left_out
    }


class ModelRun(Answer):
    """A run of one model (magica-contract 2.4); `credit_used` is in microcredits."""

    run_id: str = Field(validation_alias=AliasChoices("id", "runId", "run_id"))
    node_type: str = ""
    sub_model_id: str | None = None
    status: AnyRunStatus
    input: JsonObject = Field(default_factory=dict)
    output: JsonValue = None
    error: str | None = None
    user_message: str | None = None
    credit_used: int = 0
    source: str | None = None
    created_at: str | None = None
    finished_at: str | None = None

    @field_validator("input", mode="before")
    @classmethod
    def _absent_is_empty(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("credit_used", mode="before")
    @classmethod
    def _absent_is_nothing(cls, value: Any) -> Any:
        return 0 if value is None else value


Run = WorkflowRun | ModelRun


class Asset(Answer):
    """One file that a run made. Sizes are bytes and pixels, `duration` is in seconds."""

    url: str
    media_type: str = "file"
    mime_type: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    size: int | None = None
    node_id: str | None = None


URL_KEYS = ("result", "image_url", "video_url", "audio_url", "content_url", "url")
"""The output ports under which media are found (magica-contract 2.4)."""


def assets_of(run: Run) -> tuple[Asset, ...]:
    """Every file a run made, without repeats: a workflow's response first, then its nodes."""
    found = list(_assets_in(result_of(run), node_id=None))
    for node in run.nodes if isinstance(run, WorkflowRun) else ():
        found.extend(_assets_in(node.output, node_id=node.node_id))
    first: dict[str, Asset] = {}
    for asset in found:
        known = first.get(asset.url)
        if known is None or _facts(asset) > _facts(known):
            first[asset.url] = asset
    return tuple(first.values())


def result_of(run: Run) -> JsonValue:
    """What a run is for: the response of a workflow, the output of a model."""
    return run.output if isinstance(run, ModelRun) else run.response


def result_assets(run: Run) -> tuple[Asset, ...]:
    """The files among the result itself, with all that is known of them."""
    urls = {asset.url for asset in _assets_in(result_of(run), node_id=None)}
    return tuple(asset for asset in assets_of(run) if asset.url in urls)


def maker_of(run: Run, url: str) -> ModelRun | NodeRun | None:
    """What made a file of a run: its `input` says what was asked for; None: nobody knows.

    A node that was given the file has not made it, whatever it passes on.
    """
    if isinstance(run, ModelRun):
        return run
    for node in run.nodes:
        made = {asset.url for asset in _assets_in(node.output, node_id=None)}
        if url in made and url not in json.dumps(node.input, ensure_ascii=False):
            return node
    return None


def files_of(maker: ModelRun | NodeRun) -> tuple[Asset, ...]:
    """Every file that a model or a node made."""
    return tuple(_assets_in(maker.output, node_id=None))


def charge_of(run: Run) -> int | None:
    """What a run came to, in microcredits: as it says, or as its nodes do; None: nobody says."""
    if run.credit_used is not None or isinstance(run, ModelRun):
        return run.credit_used
    said = [node.output.get("creditUsed") for node in run.nodes if isinstance(node.output, dict)]
    known = [amount for amount in said if isinstance(amount, int)]
    return sum(known) if known else None


def _facts(asset: Asset) -> int:
    return sum(value is not None for value in asset.model_dump().values())


def _assets_in(output: JsonValue, *, node_id: str | None) -> Iterator[Asset]:
    if isinstance(output, str | list):
        output = {"result": output}
    if not isinstance(output, dict):
        return
    metadata = output.get("resultMetadata")
    for key in URL_KEYS:
        urls = output.get(key)
        listed = urls if isinstance(urls, list) else [urls]
        for position, url in enumerate(listed):
            if isinstance(url, str) and _is_url(url):
                facts = _at(metadata, position) if key == "result" else output
                yield _asset(url, facts, node_id=node_id)


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not any(char.isspace() for char in text)


def _at(values: JsonValue, position: int) -> Mapping[str, Any]:
    """The mapping at a position of a list, or nothing."""
    listed = values if isinstance(values, list) else []
    found = listed[position] if position < len(listed) else None
    return found if isinstance(found, dict) else {}


def _asset(url: str, facts: Mapping[str, Any], *, node_id: str | None) -> Asset:
    mime_type = facts.get("mimeType") or mimetypes.guess_type(urlsplit(url).path)[0]
    media_type = facts.get("mediaType") or (mime_type or "file").split("/", maxsplit=1)[0]
    return Asset(
        url=url,
        media_type=media_type if media_type in {"image", "video", "audio"} else "file",
        mime_type=mime_type,
        width=facts.get("width"),
        height=facts.get("height"),
        duration=facts.get("duration"),
        size=facts.get("size") or facts.get("fileSize"),
        node_id=node_id,
    )
