"""A result that is made once more, as text for the terminal."""

from collections.abc import Sequence

from magica_mcp.media.register import SavedFile
from magica_mcp.models.credits import credits_text
from magica_mcp.models.sidecars import Sidecar
from magica_mcp.server.render.calls import plain
from magica_mcp.server.reproducing import Repetition

SHOWN_OF_HASH = 12


def plan(made: Sidecar, repetition: Repetition) -> str:
    """What would be made again, and what is not as it was."""
    seed = f", seed {made.seed}" if made.seed is not None else ""
    cost = f", for {credits_text(made.charge)}" if made.charge is not None else ""
    lines = [f"{made.file}: made by {made_by(made)} on {made.saved_at[:10]}{seed}{cost}."]
    lines.extend(f"- {difference}" for difference in repetition.differences)
    return "\n".join(lines)


def made_by(made: Sidecar) -> str:
    """The model or workflow that made it."""
    if made.model is not None:
        return made.model.sub_model_id or made.model.node_type
    workflow = made.workflow
    return plain(workflow.name or workflow.id) if workflow else "nobody knows what"


def question(repetition: Repetition) -> str:
    """What a person is asked before anything is paid."""
    if repetition.price is None:
        return "Its price is not known beforehand. Make it again?"
    return f"Make it again for {credits_text(repetition.price)}?"


def likeness(made: Sidecar, files: Sequence[SavedFile]) -> str:
    """Whether the new file is the same to the byte."""
    new = next((file for file in files if file.number == made.asset.number), None)
    if new is None:
        return f"The run made no file number {made.asset.number}, so nothing can be compared."
    if new.sha256 == made.sha256:
        return f"It is the same to the byte: SHA-256 {made.sha256}."
    then, now = made.sha256[:SHOWN_OF_HASH], new.sha256[:SHOWN_OF_HASH]
    return f"It is another one: SHA-256 {then}… then, {now}… now."
