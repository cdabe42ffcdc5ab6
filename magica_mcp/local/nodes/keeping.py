"""Keeping what a node made: files as outputs of the shapes that readers know (contract 2.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue

from magica_mcp.local.media import REFERENCE
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.nodes.measuring import Measurements, measured_file
from magica_mcp.models.wire import JsonObject
from magica_mcp.recognition.kinds import kind_of


@dataclass(frozen=True)
class Made:
    """A file that was written, its reference and what it turned out to be."""

    reference: str
    extension: str
    facts: Measurements

    def metadata(self, *, model_id: str) -> JsonObject:
        """What a generator's `resultMetadata` says of it."""
        kind = kind_of(f"file{self.extension}")
        media_type = kind.media_type.value if kind.media_type else "file"
        told: JsonObject = {
            "size": self.facts.size,
            "modelId": model_id,
            "mimeType": kind.mime_type,
            "mediaType": media_type,
        }
        return {**told, **self.facts.told()}


def made(job: NodeJob, write: Callable[[Path], object], *, extension: str, index: int = 0) -> Made:
    """Let `write` fill a file, keep it whole or not at all, and measure it."""
    folder = job.bench.media
    name = folder.name_for(job.run_id, job.node_id, index, extension=extension)
    with folder.being_made(name) as path:
        write(path)
        facts = measured_file(path, extension=extension)
    return Made(REFERENCE + name, extension, facts)


def generated(job: NodeJob, files: Sequence[Made]) -> NodeResult:
    """The output of a generator of videos or sounds, charged by how long they last."""
    model_id = job.sub_model_id or job.node_type
    results: list[JsonValue] = [file.reference for file in files]
    metadata: list[JsonValue] = [file.metadata(model_id=model_id) for file in files]
    seconds = sum((file.facts.seconds for file in files), Decimal(0))
    return NodeResult(
        {"result": results, "resultMetadata": metadata, "provider": "local"}, seconds=seconds
    )


def joined(port: str, file: Made) -> NodeResult:
    """The output of merging videos: the file at its port, and what is known of it beside."""
    output: JsonObject = {
        port: file.reference,
        "mimeType": kind_of(f"file{file.extension}").mime_type,
        "format": file.extension.lstrip("."),
        **file.facts.told(),
        "fileSize": file.facts.size,
    }
    return NodeResult(output, seconds=file.facts.seconds)


def taken(port: str, file: Made) -> NodeResult:
    """The output of a utility that tells no more than its file."""
    return NodeResult({port: file.reference}, seconds=file.facts.seconds)
