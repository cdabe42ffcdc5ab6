"""Cropping: a rectangle by percent or by pixels (magica-contract 7.3), really cut out."""

from dataclasses import dataclass

from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.nodes.pictures import encoded, opened
from magica_mcp.models.wire import JsonObject

LOSSLESS_ENOUGH = 95


@dataclass(frozen=True)
class Axis:
    """What is asked of one axis: a start and a length, in percent and perhaps in pixels."""

    name: str
    start: float
    length: float
    start_px: int | None = None
    length_px: int | None = None

    def span(self, total: int) -> tuple[int, int]:
        """First and last pixel (exclusive) out of `total`.

        A length in pixels without a start is centered; percents beyond the edge end at it.
        """
        length = self.length_px
        if length is None:
            first = self._first(total)
            length = min(round(total * self.length / 100), total - first)
        else:
            first = (total - length) // 2 if self.start_px is None else self.start_px
        if length < 1:
            raise NodeFailedError(
                f"Nothing is left of the picture: the crop's {self.name} is 0. Give a larger one."
            )
        if first < 0 or first + length > total:
            raise NodeFailedError(
                f"The crop does not lie within the picture, whose {self.name} is {total} pixels. "
                "Give a smaller one, or start it further in."
            )
        return first, first + length

    def _first(self, total: int) -> int:
        return round(total * self.start / 100) if self.start_px is None else self.start_px


def crop_image(job: NodeJob) -> NodeResult:
    """Cut the rectangle out and keep it in the picture's own format."""
    source = job.input.get("image_url")
    picture, form = opened(fetch_media(str(source), media=job.bench.media))
    across, down = axes_of(job.input)
    left, right = across.span(picture.width)
    top, bottom = down.span(picture.height)
    cut = picture.crop((left, top, right, bottom))
    name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension=form.extension)
    reference = job.bench.media.write(name, encoded(cut, form, quality=LOSSLESS_ENOUGH))
    return NodeResult({"image_url": reference, "width": cut.width, "height": cut.height})


def axes_of(values: JsonObject) -> tuple[Axis, Axis]:
    """What an input asks of width and height; a nested `crop` goes before single percents."""
    nested = values.get("crop")
    crop = nested if isinstance(nested, dict) else {}
    across = Axis(
        "width",
        start=_number(crop.get("x"), values.get("x_percent"), otherwise=0),
        length=_number(crop.get("width"), values.get("width_percent"), otherwise=100),
        start_px=_pixels(values.get("x_px")),
        length_px=_pixels(values.get("width_px")),
    )
    down = Axis(
        "height",
        start=_number(crop.get("y"), values.get("y_percent"), otherwise=0),
        length=_number(crop.get("height"), values.get("height_percent"), otherwise=100),
        start_px=_pixels(values.get("y_px")),
        length_px=_pixels(values.get("height_px")),
    )
    return across, down


def _number(*given: JsonValue, otherwise: float) -> float:
    numbers = (value for value in given if isinstance(value, int | float))
    return float(next(numbers, otherwise))


def _pixels(value: JsonValue) -> int | None:
    return round(value) if isinstance(value, int | float) else None
