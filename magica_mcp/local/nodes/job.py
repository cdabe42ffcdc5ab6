"""What a node is given when it runs, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.media import MediaFolder
from magica_mcp.models.wire import JsonObject


@dataclass(frozen=True)
class LlmEndpoint:
    """An OpenAI-compatible endpoint that LLM nodes call; without one they answer preview text."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Workbench:
    """What all nodes of a process share."""

    media: MediaFolder
    llm: LlmEndpoint | None = None


@dataclass(frozen=True)
class NodeJob:
    """One execution of one node. `input` is complete and checked: defaults are filled in."""

    run_id: str
    node_id: str
    node_type: str
    sub_model_id: str | None
    input: JsonObject
    bench: Workbench
    should_stop: Callable[[], bool]
    """Whether the run was cancelled; a long job asks now and then and raises `NodeFailedError`."""
    kind: str = ""
    """What the model does in this mode, such as "text-to-image"."""


@dataclass(frozen=True)
class NodeResult:
    """The node's output by port, media as `media:<name>` references (see `local.media`)."""

    output: JsonObject
    microcredits: int | None = None
    """The measured charge where it can differ from the estimate (LLM tokens), else None."""
    seconds: Decimal | None = None
    """How long what was made lasts; it is charged by that where the model is priced by time."""
    pages: int | None = None
    """How many pages were read, for a model that is priced by the page."""


class RunNode(Protocol):
    """A node type's work; called in a worker thread, may block, raises `MagicaError` on failure."""

    def __call__(self, job: NodeJob, /) -> NodeResult: ...


def refuse_if_stopped(job: NodeJob) -> None:
    """Raise `NodeFailedError` once the run was canceled."""
    if job.should_stop():
        raise NodeFailedError("The run was canceled.")
