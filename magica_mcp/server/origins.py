"""Where a result came from, as the file beside it tells: run, workflow, inputs, seed, money."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.errors import MagicaError
from magica_mcp.media.naming import readable_stem
from magica_mcp.models.runs import Asset, ModelRun, Run, charge_of
from magica_mcp.models.sidecars import MadeBy, SavedAsset, Sidecar, WorkflowVersion
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import Workflow
from magica_mcp.server.render.runs import is_preview

if TYPE_CHECKING:
    from magica_mcp.api.client import MagicaClient

PROMPT_KEYS = ("prompt", "text", "text_prompt", "edit_prompt")
"""The inputs that say in words what was wanted, the most telling first."""
LONGEST_SEED = 2**63


@dataclass(frozen=True)
class Origin:
    """A run that is over, and what this machine knows of its beginning."""

    run: Run
    account: str
    request: JsonObject | None = None
    estimate: int | None = None
    workflow: WorkflowVersion | None = None

    @property
    def stem(self) -> str:
        """What its files are called: 'nano-banana-pro-text-a-red-fox'."""
        return readable_stem(_model_name(self.run), _prompt_of(self))


@dataclass(frozen=True)
class Content:
    """What was saved of it, as far as the file itself tells; `at` is when, in ISO 8601."""

    sha256: str
    bytes: int
    content_type: str | None
    at: str
    number: int = 1
    of: int = 1
    asset: Asset | None = None


def sidecar_of(origin: Origin, content: Content, *, file: str) -> Sidecar:
    """All that stands beside a file of this name."""
    run, asset = origin.run, content.asset
    return Sidecar(
        file=file,
        sha256=content.sha256,
        bytes=content.bytes,
        content_type=content.content_type,
        saved_at=content.at,
        run_id=run.run_id,
        account=account_told(origin.account),
        model=_model_of(run),
        workflow=origin.workflow,
        values=_values_of(origin),
        inputs=inputs_of(run),
        seed=seed_of(run),
        charge=charge_of(run),
        estimate=origin.estimate,
        started_at=run.created_at,
        finished_at=run.finished_at,
        source_url=asset.url if asset else None,
        is_preview=is_preview(run),
        asset=_asset_of(content),
    )


def account_told(account: str) -> str:
    """The account as a file may tell it: of local Magica not where its home is."""
    return "local" if account.startswith("local:") else account


def _model_of(run: Run) -> MadeBy | None:
    if not isinstance(run, ModelRun):
        return None
    return MadeBy(node_type=run.node_type, sub_model_id=run.sub_model_id)


def _values_of(origin: Origin) -> Values | None:
    """What a workflow was started with; a model's input says that already."""
    given = (origin.request or {}).get("values")
    if isinstance(origin.run, ModelRun) or not isinstance(given, dict):
        return None
    return {node_id: dict(values) for node_id, values in given.items() if isinstance(values, dict)}


def _asset_of(content: Content) -> SavedAsset:
    asset = content.asset
    if asset is None:
        return SavedAsset(number=content.number, of=content.of)
    return SavedAsset(
        number=content.number,
        of=content.of,
        node_id=asset.node_id,
        width=asset.width,
        height=asset.height,
        duration=asset.duration,
    )


def inputs_of(run: Run) -> dict[str, JsonValue]:
    """A model's complete input; of a workflow, each node's input by the node's id."""
    if isinstance(run, ModelRun):
        return dict(run.input)
    return {node.node_id: node.input for node in run.nodes if node.input is not None}


def seed_of(run: Run) -> int | None:
    """The one seed of a run, as given or as answered; None where there is none, or several."""
    inputs, outputs = (
        ([run.input], [run.output])
        if isinstance(run, ModelRun)
        else ([node.input for node in run.nodes], [node.output for node in run.nodes])
    )
    found = {seed for value in (*inputs, *outputs) for seed in _seeds_in(value)}
    return found.pop() if len(found) == 1 else None


def _seeds_in(value: JsonValue) -> Iterator[int]:
    """A seed beside the other inputs, beside the result, or in what is told of each file."""
    if not isinstance(value, dict):
        return
    seed, metadata = value.get("seed"), value.get("resultMetadata")
    if isinstance(seed, int) and not isinstance(seed, bool) and abs(seed) < LONGEST_SEED:
        yield seed
    for facts in metadata if isinstance(metadata, list) else []:
        yield from _seeds_in(facts)


async def version_of(client: "MagicaClient", run: Run) -> WorkflowVersion | None:
    """The workflow of a run as it is now; what cannot be read of it stays unsaid."""
    if isinstance(run, ModelRun) or not run.workflow_id:
        return None
    try:
        graph = await client.get_workflow(run.workflow_id)
    except MagicaError:
        return WorkflowVersion(id=run.workflow_id, name=run.workflow_name or "")
    return WorkflowVersion(
        id=run.workflow_id,
        name=run.workflow_name or graph.name,
        updated_at=graph.updated_at,
        graph_sha256=graph_hash(graph),
    )


def graph_hash(graph: Workflow) -> str:
    """The same for the same nodes, values and edges, wherever they are on the canvas."""
    nodes = sorted(
        [node.id, node.type, json.dumps(node.data, sort_keys=True)] for node in graph.nodes
    )
    edges = sorted(
        [edge.source, edge.source_handle or "", edge.target, edge.target_handle or ""]
        for edge in graph.edges
    )
    return hashlib.sha256(json.dumps([nodes, edges]).encode()).hexdigest()


def _model_name(run: Run) -> str:
    if isinstance(run, ModelRun):
        return run.sub_model_id or run.node_type
    return run.workflow_name or run.workflow_id or "workflow"


def _prompt_of(origin: Origin) -> str:
    """What was wanted, in words: of the request first, then of the nodes in their order."""
    values = (origin.request or {}).get("values")
    given = list(values.values()) if isinstance(values, dict) else []
    run = origin.run
    nodes = [run.input] if isinstance(run, ModelRun) else [node.input for node in run.nodes]
    for inputs in (*given, *nodes):
        found = [inputs.get(key) for key in PROMPT_KEYS] if isinstance(inputs, dict) else []
        words = next((text for text in found if isinstance(text, str) and text.strip()), None)
        if words:
            return words
    return ""
