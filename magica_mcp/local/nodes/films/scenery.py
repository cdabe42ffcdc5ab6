"""What a generated video shows: a picture under a moving camera, drifting lights and the words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps

from magica_mcp.local.nodes.films.planes import Overlay, Planes
from magica_mcp.local.nodes.films.shape import Shape
from magica_mcp.local.nodes.preview.camera import FOLLOWING, Camera, camera_of
from magica_mcp.local.nodes.preview.picture import lettering, unlettered
from magica_mcp.local.nodes.preview.sketch import Sketch

MOST_PIXELS = 1920 * 1088
"""Of what is drawn; a larger video is enlarged from it."""

LIGHTS = 14
LIGHT = 225
"""How bright a drifting light is at its middle."""


@dataclass(frozen=True)
class Light:
    """A soft spot that drifts across; places and paces are shares of the picture."""

    x: float
    y: float
    across: float
    sway: float
    phase: float
    spot: Image.Image

    def lay_over(self, planes: Planes, *, seconds: float) -> None:
        width, height = planes.size
        side = self.spot.width
        x = (self.x + self.across * seconds) % 1.2 - 0.1
        y = self.y + self.sway * math.sin(self.phase + seconds * 0.9)
        planes.y.paste(
            LIGHT, (round(x * width - side / 2), round(y * height - side / 2)), self.spot
        )


@dataclass(frozen=True)
class Scenery:
    """Everything that is drawn once, and how it moves."""

    still: Planes
    camera: Camera
    lights: tuple[Light, ...]
    words: Overlay | None
    shape: Shape
    drawn: tuple[int, int]

    @classmethod
    def of(cls, sketch: Sketch, shape: Shape, *, source: Image.Image | None) -> "Scenery":
        """From a prompt, or from the picture that is given, which is what is seen first."""
        drawn = _drawing_size(sketch.width, sketch.height)
        small = Sketch(sketch.prompt, sketch.model_id, sketch.seed, *drawn)
        still = unlettered(small) if source is None else _fitted(source, drawn)
        return cls(
            still=Planes.of_picture(still),
            camera=camera_of(sketch) if source is None else FOLLOWING,
            lights=_lights(small) if source is None else (),
            words=Overlay.of_picture(lettering(small)),
            shape=shape,
            drawn=drawn,
        )

    def frames(self) -> Iterator[Planes]:
        for number in range(self.shape.frames):
            yield self.frame(number)

    def frame(self, number: int) -> Planes:
        width, height = self.drawn
        share = number / max(1, self.shape.frames - 1)
        box = self.camera.box(share, width=self.still.size[0], height=self.still.size[1])
        planes = self.still.resized(width, height, box=box)
        for light in self.lights:
            light.lay_over(planes, seconds=float(number / self.shape.fps))
        if self.words is not None:
            self.words.lay_over(planes)
        size = self.shape.size
        is_whole = self.drawn == (size.width, size.height)
        return planes if is_whole else planes.resized(size.width, size.height)


def _drawing_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(MOST_PIXELS / (width * height)))
    across, high = (max(2, round(side * scale / 2) * 2) for side in (width, height))
    return across, high


def _fitted(source: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(source.convert("RGB"), size, Image.Resampling.BICUBIC)


def _lights(sketch: Sketch) -> tuple[Light, ...]:
    chances, side = sketch.chances("lights"), min(sketch.width, sketch.height)
    if side < 48:
        return ()
    return tuple(
        Light(
            x=chances.random() * 1.2,
            y=0.1 + 0.6 * chances.random(),
            across=0.012 + 0.03 * chances.random(),
            sway=0.01 + 0.03 * chances.random(),
            phase=chances.random() * math.tau,
            spot=_spot(max(6, round(side * (0.008 + 0.03 * chances.random()))), chances.random()),
        )
        for _ in range(LIGHTS)
    )


def _spot(side: int, strength: float) -> Image.Image:
    """A mask: bright in the middle, nothing at the edge."""
    gradient = Image.radial_gradient("L").resize((side, side), Image.Resampling.BILINEAR)
    loud = 0.25 + 0.5 * strength
    return gradient.point(
        [round(max(0.0, 1 - value / 180) ** 1.6 * 255 * loud) for value in range(256)]
    )
