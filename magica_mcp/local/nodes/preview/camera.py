"""A camera that moves over a still picture, so slowly that it looks like a film."""

import math
from dataclasses import dataclass

from magica_mcp.local.nodes.preview.sketch import Sketch

Box = tuple[float, float, float, float]
Frame = tuple[float, float, float]
"""What is seen: the share of the width and height, and where its middle is, from 0 to 1 each."""

MOVES: tuple[tuple[Frame, Frame], ...] = (
    ((1.0, 0.5, 0.5), (0.80, 0.5, 0.46)),
    ((0.80, 0.5, 0.5), (1.0, 0.5, 0.5)),
    ((0.84, 0.0, 0.5), (0.84, 1.0, 0.45)),
    ((0.84, 1.0, 0.5), (0.84, 0.0, 0.5)),
    ((0.84, 0.5, 1.0), (0.84, 0.5, 0.0)),
    ((0.92, 0.2, 0.8), (0.78, 0.7, 0.4)),
)
"""From where to where: closer, further, to the right, to the left, up, and closer across."""

FROM_WHOLE: tuple[Frame, Frame] = ((1.0, 0.5, 0.5), (0.84, 0.5, 0.45))
"""For a picture that was given: its whole is what the film begins with."""


@dataclass(frozen=True)
class Camera:
    """One slow move; a middle of 0 is as far left or up as the picture goes, 1 as far right."""

    start: Frame
    end: Frame

    def box(self, share: float, *, width: int, height: int) -> Box:
        """The part of a picture that is seen when a share of the time has passed."""
        eased = 0.5 - 0.5 * math.cos(math.pi * (0.1 + 0.8 * share))
        first, last = 0.5 - 0.5 * math.cos(0.1 * math.pi), 0.5 - 0.5 * math.cos(0.9 * math.pi)
        passed = (eased - first) / (last - first)
        scale, x, y = (
            one + (other - one) * passed for one, other in zip(self.start, self.end, strict=True)
        )
        left, top = (1 - scale) * x * width, (1 - scale) * y * height
        right = min(float(width), left + scale * width)
        return max(0.0, left), max(0.0, top), right, min(float(height), top + scale * height)


def camera_of(sketch: Sketch) -> Camera:
    start, end = MOVES[int(sketch.chances("camera").random() * len(MOVES))]
    return Camera(start, end)


FOLLOWING = Camera(*FROM_WHOLE)
