"""Video models: an honest preview of the size, length and speed that were asked for."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from av import AudioFrame, AudioResampler
from PIL import Image

from magica_mcp.local.fetch import fetch_media
from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.films.scenery import Scenery
from magica_mcp.local.nodes.films.shape import shape_of
from magica_mcp.local.nodes.films.writing import SOUND_RATE, FilmWriter, film_at
from magica_mcp.local.nodes.given import media_in, prompt_in, seed_in
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.local.nodes.keeping import generated, made
from magica_mcp.local.nodes.pictures import opened
from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sizes import Size
from magica_mcp.local.nodes.sounds.generating import tune
from magica_mcp.models.wire import JsonObject

MADE_BY = "Magica local preview"
SOUND_FIELDS = ("generate_audio", "enable_audio", "with_audio", "audio", "sound")
LONGEST_MARK = 500


def generate_video(job: NodeJob) -> NodeResult:
    """A moving version of what the prompt says, or of the picture that is given."""
    source = _source(job)
    shape = shape_of(job.input, source=Size(*source.size) if source else None)
    sketch = sketch_of(job, shape.size)
    refuse_if_stopped(job)
    scenery = Scenery.of(sketch, shape, source=source)
    sound = tune(sketch, seconds=float(shape.seconds), job=job) if has_sound(job.input) else None

    def write(path: Path) -> None:
        with film_at(
            path,
            size=(shape.size.width, shape.size.height),
            fps=shape.fps,
            has_sound=sound is not None,
            marks=marks_of(sketch),
        ) as film:
            write_both(film, scenery.frames(), _stereo(sound or ()), job=job)

    return generated(job, [made(job, write, extension=".mp4")])


def write_both(
    film: FilmWriter, frames: Iterable[Planes], sound: Iterable[AudioFrame], *, job: NodeJob
) -> None:
    """Pictures, and sound just far enough ahead of them, so that neither has to wait in memory."""
    rest = iter(sound)
    for planes in frames:
        refuse_if_stopped(job)
        while film.sound_seconds <= film.seconds and (piece := next(rest, None)) is not None:
            film.sound(piece)
        film.picture(planes.frame())
    for piece in rest:
        film.sound(piece)


def sketch_of(job: NodeJob, size: Size) -> Sketch:
    return Sketch.of(
        prompt_in(job.input),
        model_id=job.sub_model_id or job.node_type,
        seed=seed_in(job.input),
        width=size.width,
        height=size.height,
    )


def marks_of(sketch: Sketch) -> Mapping[str, str]:
    """What the file's metadata says."""
    words = "".join(each if each.isprintable() else " " for each in sketch.prompt)
    return {
        "title": words[:LONGEST_MARK],
        "artist": MADE_BY,
        "comment": f"{MADE_BY} in place of {sketch.model_id}, seed {sketch.seed}",
    }


def has_sound(values: JsonObject) -> bool:
    return any(values.get(name) is True for name in SOUND_FIELDS)


def _source(job: NodeJob) -> Image.Image | None:
    given = media_in(job.input, "image")
    if given is None:
        return None
    picture, _ = opened(fetch_media(given, media=job.bench.media))
    return picture


def _stereo(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Sound of any rate as a video takes it."""
    resampler, samples = AudioResampler("s16", "stereo", SOUND_RATE), 0
    for frame in frames:
        frame.pts, frame.time_base = samples, Fraction(1, frame.sample_rate)
        samples += frame.samples
        yield from resampler.resample(frame)
    if samples:
        yield from resampler.resample(None)
