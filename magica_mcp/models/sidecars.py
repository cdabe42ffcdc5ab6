"""What stands beside a saved result: where it came from, and all that it takes to make it again."""

from pydantic import Field, JsonValue

from magica_mcp.models.wire import Answer, JsonObject

FORMAT = 1


class MadeBy(Answer):
    """The model of a single run."""

    node_type: str
    sub_model_id: str | None = None


class WorkflowVersion(Answer):
    """A workflow as it was when the result was saved; Magica numbers no versions.

    `graph_sha256` is the hash of its nodes and edges without their places on the canvas.
    """

    id: str
    name: str = ""
    updated_at: str | None = None
    graph_sha256: str | None = None


class SavedAsset(Answer):
    """Which of a run's files this is, from 1; sizes are pixels, `duration` is in seconds."""

    number: int = 1
    of: int = 1
    node_id: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None


class Sidecar(Answer):
    """The JSON beside a saved file. Money is in microcredits; times are ISO 8601 in UTC."""

    magica: int = FORMAT
    """The version of this format."""
    file: str
    sha256: str
    bytes: int
    content_type: str | None = None
    saved_at: str
    run_id: str
    account: str
    """A fingerprint of the account that paid; it reveals nothing."""
    model: MadeBy | None = None
    workflow: WorkflowVersion | None = None
    values: dict[str, JsonObject] | None = None
    """Of the workflow's Request nodes, where the run was started from here."""
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    """Of each node, by node id; of a single model its complete input."""
    seed: int | None = None
    """None: nobody gave one, and Magica told none."""
    charge: int | None = None
    estimate: int | None = None
    started_at: str | None = None
    finished_at: str | None = None
    source_url: str | None = None
    """Where the file was; None for text, which came in the answer itself."""
    is_preview: bool = False
    """Whether local Magica stood in for the model."""
    asset: SavedAsset = SavedAsset()
