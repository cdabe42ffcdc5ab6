"""Waves as lists of numbers between -1 and 1: tones, noise, and what can be done to them."""

import math
import random
from array import array
from collections.abc import Sequence

RATE = 22_050
"""Samples a second: enough for what is made here, and quick in plain Python."""

Wave = list[float]
Partial = tuple[float, float]
"""A multiple of a tone's frequency, and how loud it is."""


def tone(
    frequency: float,
    seconds: float,
    *,
    partials: Sequence[Partial] = ((1.0, 1.0),),
    attack: float = 0.01,
    fading: float = 3.0,
) -> Wave:
    """A note that swells over `attack` seconds and fades, the faster the higher `fading`."""
    length = round(seconds * RATE)
    step = math.tau * frequency / RATE
    sounding = [(step * times, loud) for times, loud in partials if frequency * times < RATE / 2]
    shape = envelope(length, attack=attack, fading=fading)
    sin = math.sin
    made = [0.0] * length
    for pace, loud in sounding:
        made = [sum_ + loud * sin(pace * at) for at, sum_ in enumerate(made)]
    return [value * level for value, level in zip(made, shape, strict=True)]


def envelope(length: int, *, attack: float, fading: float) -> Wave:
    """How loud each sample is: up from nothing, then down, and silent at the end."""
    rising = max(1, round(attack * RATE))
    ending = max(1, min(length // 4, RATE // 20))
    factor = math.exp(-fading / RATE)
    levels, level = [0.0] * length, 1.0
    for at in range(length):
        edge = min(1.0, at / rising, (length - 1 - at) / ending)
        levels[at] = level * edge
        level *= factor
    return levels


def glide(start: float, end: float, seconds: float, *, fading: float = 3.0) -> Wave:
    """A tone that slides from one frequency to another."""
    length = round(seconds * RATE)
    shape, phase, made = envelope(length, attack=0.005, fading=fading), 0.0, [0.0] * length
    ratio = (end / start) ** (1 / max(1, length))
    pace = math.tau * start / RATE
    for at in range(length):
        made[at] = math.sin(phase) * shape[at]
        phase += pace
        pace *= ratio
    return made


def noise(seconds: float, chances: random.Random, *, softness: float = 0.0) -> Wave:
    """Hiss; the softer (up to 1), the deeper it rumbles."""
    keep, level, made = min(0.999, softness), 0.0, [0.0] * round(seconds * RATE)
    gain, draw = math.sqrt((1 + keep) / (1 - keep)) * (1 - keep) * 1.7, chances.random
    for at in range(len(made)):
        level = level * keep + (draw() - 0.5) * gain
        made[at] = level
    return made


def shaped(wave: Wave, levels: Sequence[float]) -> Wave:
    return [value * level for value, level in zip(wave, levels, strict=False)]


def swell(length: int, *, every: float, least: float, chances: random.Random) -> Wave:
    """Loudness that comes and goes, as wind and waves do."""
    start = chances.random() * math.tau
    pace, second = math.tau / (every * RATE), math.tau / (every * RATE * 0.37)
    depth, sin = 1 - least, math.sin
    return [
        least + depth * (0.5 + 0.35 * sin(start + pace * at) + 0.15 * sin(second * at))
        for at in range(length)
    ]


def add(onto: Wave, wave: Wave, *, at: float, loud: float = 1.0) -> None:
    """Lay one wave over another from a moment on; what reaches beyond the end is lost."""
    first = max(0, round(at * RATE))
    last = min(len(onto), first + len(wave))
    onto[first:last] = [
        here + value * loud
        for here, value in zip(onto[first:last], wave[: max(0, last - first)], strict=True)
    ]


def leveled(wave: Wave, *, peak: float) -> Wave:
    """The wave as loud as can be without exceeding a peak."""
    loudest = max(map(abs, wave), default=0.0)
    return wave if loudest == 0 else [value * peak / loudest for value in wave]


def as_samples(wave: Sequence[float]) -> bytes:
    """16-bit samples; what is too loud is bent, not cut, so that it does not crackle."""
    tanh = math.tanh
    return array("h", [round(tanh(value) * 32_000) for value in wave]).tobytes()
