"""Image models: an honest preview of the size and format that was asked for."""

from collections.abc import Mapping

from PIL import Image
from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.local.nodes.pictures import Format, encoded, format_named, opened
from magica_mcp.local.nodes.preview.picture import drawn, made_over, without_background
from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sizes import Size, size_of
from magica_mcp.models.wire import JsonObject

SOURCE_FIELDS = ("image_urls", "uploadedImages", "image_url")
COUNT_FIELDS = ("num_images", "n")
MADE_BY = "Magica local preview"


def generate_image(job: NodeJob) -> NodeResult:
    """Draw what the prompt asks for, or make over the first of the given pictures."""
    source = _source(job)
    form = format_named(_text(job.input, "output_format"))
    clear = _text(job.input, "background") == "Transparent"
    if clear and not form.has_alpha:
        raise NodeFailedError("A transparent background needs PNG or WebP. Change output_format.")
    sketch = _sketch(job, size_of(job.input, source=Size(*source.size) if source else None))
    results: list[JsonValue] = []
    metadata: list[JsonValue] = []
    for index in range(_count(job.input)):
        refuse_if_stopped(job)
        picture = _picture(sketch.numbered(index), source)
        finished = without_background(picture) if clear else picture
        content = encoded(finished, form, quality=_quality(job.input), marks=_marks(sketch))
        results.append(_kept(job, index, content, form))
        metadata.append(_facts(sketch, content, finished, form))
    return NodeResult({"result": results, "resultMetadata": metadata, "provider": "local"})


def _source(job: NodeJob) -> Image.Image | None:
    for name in SOURCE_FIELDS:
        given = job.input.get(name)
        first = given[0] if isinstance(given, list) and given else given
        if isinstance(first, str) and first:
            picture, _ = opened(fetch_media(first, media=job.bench.media))
            return picture
    return None


def _sketch(job: NodeJob, size: Size) -> Sketch:
    seed = job.input.get("seed")
    return Sketch.of(
        _text(job.input, "prompt") or "",
        model_id=job.sub_model_id or job.node_type,
        seed=seed if isinstance(seed, int) else None,
        width=size.width,
        height=size.height,
    )


def _picture(sketch: Sketch, source: Image.Image | None) -> Image.Image:
    return drawn(sketch) if source is None else made_over(source, sketch)


def _kept(job: NodeJob, index: int, content: bytes, form: Format) -> str:
    name = job.bench.media.name_for(job.run_id, job.node_id, index, extension=form.extension)
    return job.bench.media.write(name, content)


def _marks(sketch: Sketch) -> Mapping[str, str]:
    return {
        "Software": MADE_BY,
        "Model": sketch.model_id,
        "Seed": str(sketch.seed),
        "Prompt": sketch.prompt,
    }


def _facts(sketch: Sketch, content: bytes, picture: Image.Image, form: Format) -> JsonObject:
    return {
        "size": len(content),
        "width": picture.width,
        "height": picture.height,
        "modelId": sketch.model_id,
        "mimeType": form.mime_type,
        "mediaType": "image",
    }


def _count(values: JsonObject) -> int:
    named = (values.get(name) for name in COUNT_FIELDS)
    return next((number for number in named if isinstance(number, int)), 1)


def _quality(values: JsonObject) -> int:
    asked = values.get("output_compression")
    return max(1, round(asked)) if isinstance(asked, int | float) else 92


def _text(values: JsonObject, name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None
