"""Removing a background: what has the color of the picture's border and reaches it, made clear."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.local.nodes.pictures import encoded, format_named, opened

SIDE = 400
"""Pixels of the longer side of the small picture in which the background is looked for."""

LIKENESS = 60
"""How far a background pixel may be from the border's color: the sum over red, green and blue."""

SOFTNESS = 0.8
"""Pixels of the small picture over which the edge fades."""


def remove_background(job: NodeJob) -> NodeResult:
    """The picture as a PNG with its background clear; it is best at plain backgrounds."""
    picture, _ = opened(fetch_media(str(job.input.get("image_url")), media=job.bench.media))
    refuse_if_stopped(job)
    cut = without_background(picture)
    form = format_named("PNG")
    content = encoded(cut, form)
    name = job.bench.media.name_for(job.run_id, job.node_id, 0, extension=form.extension)
    reference = job.bench.media.write(name, content)
    return NodeResult(
        {
            "result": [reference],
            "resultMetadata": [
                {
                    "size": len(content),
                    "width": cut.width,
                    "height": cut.height,
                    "modelId": job.sub_model_id or job.node_type,
                    "mimeType": form.mime_type,
                    "mediaType": "image",
                }
            ],
            "provider": "local",
        }
    )


def without_background(picture: Image.Image) -> Image.Image:
    """The picture with its background clear; what was clear before stays so."""
    clear = picture.convert("RGBA")
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    mask = _foreground(small).filter(ImageFilter.GaussianBlur(SOFTNESS))
    alpha = mask.resize(clear.size, Image.Resampling.BICUBIC)
    clear.putalpha(ImageChops.darker(alpha, clear.getchannel("A")))
    return clear


def _foreground(small: Image.Image) -> Image.Image:
    """White where the picture shows something, black where its background is."""
    framed = ImageOps.expand(small, border=1, fill=_border_color(small))
    flooded = framed.copy()
    ImageDraw.floodfill(flooded, (0, 0), _unlike(framed), thresh=LIKENESS)
    changed = ImageChops.difference(framed, flooded).convert("L")
    return ImageOps.crop(changed.point(lambda value: 0 if value else 255), 1)


def _border_color(picture: Image.Image) -> tuple[int, int, int]:
    """The median color of the outermost pixels."""
    border = Image.new("L", picture.size, 255)
    inner = (1, 1, max(1, picture.width - 2), max(1, picture.height - 2))
    ImageDraw.Draw(border).rectangle(inner, fill=0)
    red, green, blue = ImageStat.Stat(picture, border).median
    return round(red), round(green), round(blue)


def _unlike(picture: Image.Image) -> tuple[int, int, int]:
    """A color far from the picture's background, so that every flooded pixel shows a change."""
    corner = picture.getpixel((0, 0))
    assert isinstance(corner, tuple)
    red, green, blue = ((int(value) + 128) % 256 for value in corner)
    return red, green, blue
