"""Music: four chords that go round, a bass, and a melody that wanders; endless, bar by bar."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sounds.waves import RATE, Wave, add, noise, shaped, tone
from magica_mcp.local.nodes.sounds.waves import envelope as envelope_of

A4 = 440.0
BEATS = 4

SCALES: Mapping[str, tuple[int, ...]] = {
    "bright": (0, 2, 4, 7, 9),
    "dark": (0, 3, 5, 7, 10),
}
"""Half tones of two five-note scales, in which no two notes quarrel."""

ROUNDS: Mapping[str, tuple[tuple[tuple[int, ...], ...], ...]] = {
    "bright": (
        ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)),
        ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)),
    ),
    "dark": (
        ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
        ((0, 3, 7), (5, 8, 12), (8, 12, 15), (7, 10, 14)),
    ),
}
"""Chords in half tones above the key, one for each bar."""

MOODS: tuple[tuple[str, str, float], ...] = (
    ("sad dark tense horror minor melancholy night rain noir storm", "dark", 76),
    ("calm ambient slow sleep lofi lo soft gentle piano peaceful", "bright", 72),
    ("fast energetic dance techno upbeat rock happy party drum", "bright", 124),
    ("epic cinematic trailer battle heroic", "dark", 96),
)
"""Words that call for a scale and a number of beats a minute; the first that fit win."""

PLUCKED = ((1.0, 0.6), (2.0, 0.25), (3.0, 0.12), (4.0, 0.05))
SUNG = ((1.0, 0.5), (1.004, 0.4), (2.0, 0.12))
LOW = ((1.0, 0.8), (2.0, 0.2))


@dataclass(frozen=True)
class Style:
    """What a prompt makes of the music."""

    key: int
    mood: str
    beat: float
    """Seconds from one beat to the next."""
    chords: tuple[tuple[int, ...], ...]
    is_lively: bool

    @property
    def bar(self) -> float:
        return BEATS * self.beat


def style_of(sketch: Sketch) -> Style:
    chances = sketch.chances("style")
    key = int(chances.random() * 12) - 9
    fitting = [(mood, pace) for words, mood, pace in MOODS if sketch.words & {*words.split()}]
    mood, pace = fitting[0] if fitting else (("bright", "dark")[int(chances.random() * 2)], 92.0)
    rounds = ROUNDS[mood]
    chords = rounds[int(chances.random() * len(rounds))]
    return Style(key, mood, 60 / (pace + 8 * chances.random()), chords, is_lively=pace > 90)


class _Notes:
    """Notes that were sounded once and are used again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, float], Wave] = {}

    def plucked(self, half_tone: int, seconds: float) -> Wave:
        return self._note("plucked", half_tone, seconds)

    def sung(self, half_tone: int, seconds: float) -> Wave:
        return self._note("sung", half_tone, seconds)

    def low(self, half_tone: int, seconds: float) -> Wave:
        return self._note("low", half_tone, seconds)

    def _note(self, voice: str, half_tone: int, seconds: float) -> Wave:
        told = (voice, half_tone, seconds)
        if told not in self._kept:
            partials, attack, fading = VOICES[voice]
            frequency = A4 * 2 ** (half_tone / 12)
            self._kept[told] = tone(
                frequency, seconds, partials=partials, attack=attack, fading=fading
            )
        return self._kept[told]


VOICES: Mapping[str, tuple[tuple[tuple[float, float], ...], float, float]] = {
    "plucked": (PLUCKED, 0.006, 3.5),
    "sung": (SUNG, 0.35, 0.25),
    "low": (LOW, 0.02, 1.2),
}
"""Partials, attack and fading of each instrument."""


def bars(sketch: Sketch) -> Iterator[Wave]:
    """Bar after bar, without end; each rings on into the next."""
    style, notes, chances = style_of(sketch), _Notes(), sketch.chances("tune")
    length, ringing = round(style.bar * RATE), round(1.5 * RATE)
    rest = [0.0] * ringing
    place, number = 2, 0
    while True:
        sounds = [*rest, *[0.0] * max(0, length + ringing - len(rest))]
        chord = style.chords[number % len(style.chords)]
        _accompany(sounds, style, notes, chord)
        place = _melody(sounds, style, notes, chances, place)
        if style.is_lively:
            _beat(sounds, style, chances)
        yield sounds[:length]
        rest, number = sounds[length : length + ringing], number + 1


def _accompany(sounds: Wave, style: Style, notes: _Notes, chord: tuple[int, ...]) -> None:
    for half_tone in chord:
        note = notes.sung(style.key + half_tone % 12 - 12, style.bar + 0.4)
        add(sounds, note, at=0, loud=0.12)
    for beat in (0, 2):
        low = notes.low(style.key + chord[0] % 12 - 24, style.beat * 2)
        add(sounds, low, at=beat * style.beat, loud=0.28)


def _melody(sounds: Wave, style: Style, notes: _Notes, chances: random.Random, place: int) -> int:
    """Half beats, some of them silent; each note is near the one before."""
    scale = SCALES[style.mood]
    for step in range(BEATS * 2):
        if chances.random() < (0.25 if step % 2 == 0 else 0.6):
            continue
        place = min(8, max(-2, place + int(chances.random() * 5) - 2))
        octave, degree = divmod(place, len(scale))
        half_tone = style.key + scale[degree] + 12 * octave
        loud = 0.34 if step % 4 == 0 else 0.24
        add(sounds, notes.plucked(half_tone, 1.2), at=step * style.beat / 2, loud=loud)
    return place


def _beat(sounds: Wave, style: Style, chances: random.Random) -> None:
    """A soft tick on every half beat."""
    hiss = noise(0.06, chances)
    tick = shaped(hiss, envelope_of(len(hiss), attack=0.002, fading=60))
    for step in range(BEATS * 2):
        add(sounds, tick, at=step * style.beat / 2, loud=0.10 if step % 2 else 0.05)
