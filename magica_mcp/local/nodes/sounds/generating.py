"""Models of sound: a text that is spoken, music and effects, each marked as a local preview."""

from collections.abc import Iterator, Mapping
from itertools import count

from av import AudioFrame

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.given import prompt_in, seconds_in, seed_in
from magica_mcp.local.nodes.job import NodeJob, NodeResult, refuse_if_stopped
from magica_mcp.local.nodes.keeping import generated, made
from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sounds.effects import effect
from magica_mcp.local.nodes.sounds.espeak import spoken
from magica_mcp.local.nodes.sounds.tunes import bars
from magica_mcp.local.nodes.sounds.voices import manner_of
from magica_mcp.local.nodes.sounds.waves import RATE, Wave, as_samples
from magica_mcp.local.nodes.sounds.writing import mono_frame, sound_format, write_sound

MADE_BY = "Magica local preview"
MOST_SECONDS = 3600.0
MOST_EFFECT_SECONDS = 120.0
FADE_SECONDS = 1.5
"""How long music takes to end."""


def speak(job: NodeJob) -> NodeResult:
    """Read the text aloud."""
    text = prompt_in(job.input)
    if not text.strip():
        raise NodeFailedError("There is no text to read. Give one and run it again.")
    refuse_if_stopped(job)
    speech = spoken(
        text, manner_of(job.input), most_seconds=MOST_SECONDS, should_stop=job.should_stop
    )
    refuse_if_stopped(job)
    if not speech.samples:
        raise NodeFailedError("Nothing in the text can be read aloud. Give one with words in it.")
    return _sound(job, iter([mono_frame(speech.samples, rate=speech.rate)]))


def compose(job: NodeJob) -> NodeResult:
    """Music of the length that is asked for."""
    seconds = seconds_in(job.input, otherwise=30, most=MOST_SECONDS)
    return _sound(job, tune(_sketch(job), seconds=seconds, job=job))


def make_effect(job: NodeJob) -> NodeResult:
    """A sound of the length that is asked for."""
    seconds = seconds_in(job.input, otherwise=5, most=MOST_EFFECT_SECONDS)
    refuse_if_stopped(job)
    wave = effect(_sketch(job), seconds=seconds)
    return _sound(job, iter([mono_frame(as_samples(wave), rate=RATE)]))


def tune(sketch: Sketch, *, seconds: float, job: NodeJob) -> Iterator[AudioFrame]:
    """Music bar by bar, which fades away at its end."""
    total, at = round(seconds * RATE), 0
    for bar in bars(sketch):
        refuse_if_stopped(job)
        part = bar[: total - at]
        yield mono_frame(as_samples(_faded(part, begin=at, total=total)), rate=RATE)
        at += len(part)
        if at >= total:
            return


def _faded(part: Wave, *, begin: int, total: int) -> Wave:
    ending = max(1, min(total // 4, round(FADE_SECONDS * RATE)))
    if begin + len(part) <= total - ending:
        return part
    return [
        value * min(1.0, (total - 1 - place) / ending)
        for place, value in zip(count(begin), part, strict=False)
    ]


def _sketch(job: NodeJob) -> Sketch:
    return Sketch.of(
        prompt_in(job.input),
        model_id=job.sub_model_id or job.node_type,
        seed=seed_in(job.input),
        width=0,
        height=0,
    )


def _sound(job: NodeJob, frames: Iterator[AudioFrame]) -> NodeResult:
    form = sound_format(job.input)
    marks = _marks(job)
    file = made(
        job,
        lambda path: write_sound(path, frames, form, marks=marks),
        extension=form.extension,
    )
    return generated(job, [file])


def _marks(job: NodeJob) -> Mapping[str, str]:
    words = "".join(each if each.isprintable() else " " for each in prompt_in(job.input))
    return {
        "title": words[:200],
        "artist": MADE_BY,
        "comment": f"{MADE_BY} in place of {job.sub_model_id or job.node_type}",
    }
