"""Enlarging a picture by resampling: sharper than stretching, and nothing is made up."""

import math

from PIL import Image, ImageFilter

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.given import required_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.local.nodes.pictures import encoded, format_named, opened
from magica_mcp.models.wire import JsonObject

FACTOR_FIELDS = ("upscale_factor", "scale", "factor", "scale_factor")
USUAL_FACTOR = 2.0
MOST_PIXELS = 100_000_000
"""Of the result."""

SHARPENING = ImageFilter.UnsharpMask(radius=1.2, percent=60, threshold=2)


def upscale_image(job: NodeJob) -> NodeResult:
    """The picture with as many times the width and height as the input says."""
    source = fetch_media(required_media(job.input, "image"), media=job.bench.media)
    picture, own = opened(source)
    factor = factor_in(job.input)
    asked = job.input.get("output_format")
    form = format_named(asked) if isinstance(asked, str) else own
    refuse_if_stopped(job)
    large = enlarged(picture, factor)
    content = encoded(large, form, quality=95)
    name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension=form.extension)
    metadata: JsonObject = {
        "size": len(content),
        "width": large.width,
        "height": large.height,
        "modelId": job.sub_model_id or job.node_type,
        "mimeType": form.mime_type,
        "mediaType": "image",
    }
    reference = job.bench.media.write(name, content)
    return NodeResult({"result": [reference], "resultMetadata": [metadata], "provider": "local"})


def enlarged(picture: Image.Image, factor: float) -> Image.Image:
    """Raises `NodeFailedError` before anything too large is made."""
    width, height = (max(1, round(side * factor)) for side in picture.size)
    if width * height > MOST_PIXELS:
        most = math.floor(10 * math.sqrt(MOST_PIXELS / (picture.width * picture.height))) / 10
        raise NodeFailedError(
            f"{factor:g} times the picture would have over {MOST_PIXELS // 1_000_000} megapixels. "
            f"Enlarge it {most:g} times at most."
        )
    return picture.resize((width, height), Image.Resampling.LANCZOS).filter(SHARPENING)


def factor_in(values: JsonObject) -> float:
    """How many times as wide: 2, "2x" or "4"."""
    for name in FACTOR_FIELDS:
        told = str(values.get(name) or "").lower().strip().removesuffix("x")
        if told.replace(".", "", 1).isdigit() and float(told) > 0:
            return float(told)
    return USUAL_FACTOR
