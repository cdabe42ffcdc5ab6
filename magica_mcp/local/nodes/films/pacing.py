"""Pictures at an even pace: whatever speed a video has, one frame for each tick of another."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from av import VideoFrame

from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.sizes import Size


def paced(
    frames: Iterable[tuple[Fraction, VideoFrame]], fps: Fraction, *, size: Size
) -> Iterator[Planes]:
    """At each tick the picture that is seen then; the last one is seen for as long as it lasts."""
    shown: Planes | None = None
    ticks, due, length = 0, Fraction(0), 1 / fps
    for moment, frame in frames:
        while shown is not None and Fraction(ticks) / fps + 1 / (2 * fps) <= moment:
            yield shown
            ticks += 1
        length, due = (moment - due if shown is not None else length), moment
        shown = fitted(frame, size)
    ends = due + min(length, Fraction(1))
    while shown is not None and (ticks == 0 or Fraction(ticks) / fps + 1 / (2 * fps) <= ends):
        yield shown
        ticks += 1


def fitted(frame: VideoFrame, size: Size) -> Planes:
    """A decoded frame, upright, in a frame of another size; it keeps its shape."""
    even = (max(2, frame.width // 2 * 2), max(2, frame.height // 2 * 2))
    if even != (frame.width, frame.height):
        frame = frame.reformat(*even)
    return Planes.of_frame(frame).turned(frame.rotation).within(size.width, size.height)
