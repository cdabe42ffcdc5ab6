"""Changing a video: its own pictures and sound, in the colors that the prompt calls for."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from av import AudioFrame
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.films.clips import Clip, clip_of
from magica_mcp.local.nodes.films.generating import marks_of, sketch_of, write_both
from magica_mcp.local.nodes.films.planes import Overlay, Planes
from magica_mcp.local.nodes.films.shape import MOST_SECONDS
from magica_mcp.local.nodes.films.sounding import cut, sound_of
from magica_mcp.local.nodes.films.sources import opened_source, source_file
from magica_mcp.local.nodes.films.writing import SOUND_RATE, film_at
from magica_mcp.local.nodes.given import required_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.nodes.keeping import generated, made
from magica_mcp.local.nodes.preview.palettes import palette_of
from magica_mcp.local.nodes.preview.picture import TINT, lettering
from magica_mcp.local.nodes.preview.sketch import Sketch

TONES = ("near", "middle", "light")
"""The palette's colors for what is dark, between and bright."""


def restyle_video(job: NodeJob) -> NodeResult:
    """The video made over, as long, large and fast as it came."""
    with tempfile.TemporaryDirectory() as folder:
        file = source_file(job, required_media(job.input, "video"), folder=Path(folder))
        clip = clip_of(file)
        if clip.seconds > MOST_SECONDS:
            raise NodeFailedError(
                f"The video lasts over {MOST_SECONDS / 60:g} minutes. Give a shorter one."
            )
        sketch = sketch_of(job, clip.size)

        def write(path: Path) -> None:
            size = (clip.size.width, clip.size.height)
            marks = marks_of(sketch)
            with film_at(
                path, size=size, fps=clip.fps, has_sound=clip.has_sound, marks=marks
            ) as film:
                sound = _sound(clip, job) if clip.has_sound else ()
                write_both(film, _pictures(clip, job, sketch), sound, job=job)

        return generated(job, [made(job, write, extension=".mp4")])


@dataclass(frozen=True)
class Tint:
    """The colors that go with each brightness, as tables from brightness to color."""

    cb: list[int]
    cr: list[int]

    @classmethod
    def of(cls, sketch: Sketch) -> "Tint":
        palette = palette_of(sketch)
        strip = Image.new("RGB", (len(TONES), 1))
        for place, name in enumerate(TONES):
            strip.putpixel((place, 0), palette.color(name))
        ramp = strip.resize((512, 2), Image.Resampling.BILINEAR, box=(0.5, 0, 2.5, 1))
        planes = Planes.of_picture(ramp)
        return cls(list(planes.cb.tobytes()[:256]), list(planes.cr.tobytes()[:256]))

    def over(self, planes: Planes) -> Planes:
        small = planes.y.resize(planes.cb.size, Image.Resampling.BOX)
        return Planes(
            planes.y,
            Image.blend(planes.cb, small.point(self.cb), TINT),
            Image.blend(planes.cr, small.point(self.cr), TINT),
        )


def _pictures(clip: Clip, job: NodeJob, sketch: Sketch) -> Iterator[Planes]:
    tint, words = Tint.of(sketch), Overlay.of_picture(lettering(sketch))
    frames = max(1, round(clip.seconds * clip.fps))
    for planes in islice(clip.pictures(job, fps=clip.fps, size=clip.size), frames):
        tinted = tint.over(planes)
        made_over = Planes(tinted.y.copy(), tinted.cb, tinted.cr)
        if words is not None:
            words.lay_over(made_over)
        yield made_over


def _sound(clip: Clip, job: NodeJob) -> Iterator[AudioFrame]:
    with opened_source(clip.file, wanted="audio") as film:
        yield from cut(sound_of(film, job), samples=round(clip.seconds * SOUND_RATE))
