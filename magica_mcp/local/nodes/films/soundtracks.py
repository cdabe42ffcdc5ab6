"""Sound out of videos, and sound into them."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

from av import AudioFrame

from magica_mcp.local.nodes.films.clips import Clip, clip_of
from magica_mcp.local.nodes.films.generating import write_both
from magica_mcp.local.nodes.films.sounding import cut, louder, sound_of, whole_sound_of
from magica_mcp.local.nodes.films.sources import SourceFile, opened_source, source_file
from magica_mcp.local.nodes.films.writing import SOUND_RATE, film_at
from magica_mcp.local.nodes.given import required_media
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.nodes.keeping import made, taken
from magica_mcp.local.nodes.sounds.writing import sound_format, write_sound


def extract_audio(job: NodeJob) -> NodeResult:
    """The sound of a video as a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = source_file(job, required_media(job.input, "video"), folder=Path(folder))
        form = sound_format(job.input)

        def write(path: Path) -> None:
            with opened_source(file, wanted="audio") as film:
                write_sound(path, whole_sound_of(film, job), form)

        return taken("audio_url", made(job, write, extension=form.extension))


def merge_audio_video(job: NodeJob) -> NodeResult:
    """The video with another sound in place of its own, for as long as the video lasts."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        video = source_file(job, required_media(job.input, "video"), folder=place)
        audio = source_file(job, required_media(job.input, "audio"), folder=place)
        clip = clip_of(video)
        given = job.input.get("audio_volume")
        volume = float(given) if isinstance(given, int | float) else 1.0

        def write(path: Path) -> None:
            size = (clip.size.width, clip.size.height)
            with film_at(path, size=size, fps=clip.fps, has_sound=True) as film:
                pictures = islice(clip.pictures(job, fps=clip.fps, size=clip.size), _frames(clip))
                sound = _sound(audio, job, seconds=clip.seconds, volume=volume)
                write_both(film, pictures, sound, job=job)

        return taken("video_url", made(job, write, extension=".mp4"))


def _frames(clip: Clip) -> int:
    return max(1, round(clip.seconds * clip.fps))


def _sound(
    file: SourceFile, job: NodeJob, *, seconds: Fraction, volume: float
) -> Iterator[AudioFrame]:
    with opened_source(file, wanted="audio") as film:
        frames = cut(sound_of(film, job), samples=round(seconds * SOUND_RATE))
        yield from (louder(frame, volume) for frame in frames)
