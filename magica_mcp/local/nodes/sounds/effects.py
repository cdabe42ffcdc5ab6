"""Sound effects: a handful of recipes, and the words that call for each."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from magica_mcp.local.nodes.preview.sketch import Sketch
from magica_mcp.local.nodes.sounds.waves import (
    RATE,
    Wave,
    add,
    envelope,
    glide,
    leveled,
    noise,
    shaped,
    swell,
    tone,
)

BELL = ((1.0, 0.6), (2.0, 0.35), (2.76, 0.3), (5.4, 0.18), (8.93, 0.08))


@dataclass(frozen=True)
class Recipe:
    """A way to fill seconds with sound."""

    make: Callable[[float, random.Random], Wave]
    words: frozenset[str]


def effect(sketch: Sketch, *, seconds: float) -> Wave:
    """The sound that a prompt asks for, exactly so long, fading in and out at its edges."""
    recipe = recipe_of(sketch)
    wave = recipe.make(seconds, sketch.chances("effect"))
    length = round(seconds * RATE)
    fitted = [*wave[:length], *[0.0] * max(0, length - len(wave))]
    return leveled(shaped(fitted, envelope(length, attack=0.004, fading=0.0)), peak=0.8)


def recipe_of(sketch: Sketch) -> Recipe:
    """The recipe with most of the prompt's words, else one by chance."""
    counts = [len(recipe.words & sketch.words) for recipe in RECIPES]
    most = max(counts)
    fitting = [each for each, count in zip(RECIPES, counts, strict=True) if count == most]
    return fitting[int(sketch.chances("recipe").random() * len(fitting))]


def _wind(seconds: float, chances: random.Random) -> Wave:
    hiss = noise(seconds, chances, softness=0.96)
    return shaped(hiss, swell(len(hiss), every=3.5, least=0.15, chances=chances))


def _sea(seconds: float, chances: random.Random) -> Wave:
    deep, spray = noise(seconds, chances, softness=0.9), noise(seconds, chances, softness=0.3)
    levels = swell(len(deep), every=5.0, least=0.08, chances=chances)
    foam = shaped(spray, [level * level * 0.4 for level in levels])
    return [low + high for low, high in zip(shaped(deep, levels), foam, strict=True)]


def _rain(seconds: float, chances: random.Random) -> Wave:
    made = [value * 0.35 for value in noise(seconds, chances, softness=0.35)]
    for _ in range(round(seconds * 18)):
        drop = tone(1200 + 2200 * chances.random(), 0.03, fading=120, attack=0.001)
        add(made, drop, at=chances.random() * seconds, loud=0.1 + 0.3 * chances.random())
    return made


def _fire(seconds: float, chances: random.Random) -> Wave:
    made = [value * 0.3 for value in noise(seconds, chances, softness=0.93)]
    for _ in range(round(seconds * 14)):
        crack = noise(0.02, chances)
        snap = shaped(crack, envelope(len(crack), attack=0.001, fading=200))
        add(made, snap, at=chances.random() * seconds, loud=0.3 + chances.random())
    return made


def _boom(seconds: float, chances: random.Random) -> Wave:
    rumble = noise(seconds, chances, softness=0.985)
    made = shaped(rumble, envelope(len(rumble), attack=0.01, fading=3.2 / seconds * 2))
    add(made, glide(120, 28, min(seconds, 1.5), fading=3), at=0, loud=1.2)
    return made


def _knock(seconds: float, chances: random.Random) -> Wave:
    made, at = [0.0] * round(seconds * RATE), 0.1
    while at < seconds - 0.1:
        for number in range(3):
            thud = glide(190, 90, 0.12, fading=35)
            add(made, thud, at=at + number * 0.22, loud=0.8 + 0.2 * chances.random())
        at += 1.6
    return made


def _bell(seconds: float, chances: random.Random) -> Wave:
    made, pitch, at = [0.0] * round(seconds * RATE), 420 + 500 * chances.random(), 0.0
    strike = tone(pitch, min(seconds, 3.0), partials=BELL, attack=0.002, fading=1.6)
    while at < seconds - 0.2:
        add(made, strike, at=at, loud=0.6)
        at += 2.0
    return made


def _beep(seconds: float, chances: random.Random) -> Wave:
    made, pitch, at = [0.0] * round(seconds * RATE), 700 + 500 * chances.random(), 0.0
    beep = tone(pitch, 0.12, partials=((1.0, 0.7), (3.0, 0.15)), fading=1)
    while at < seconds:
        add(made, beep, at=at)
        at += 0.5
    return made


def _birds(seconds: float, chances: random.Random) -> Wave:
    made, at = [value * 0.03 for value in noise(seconds, chances, softness=0.8)], 0.1
    while at < seconds:
        pitch = 2200 + 1800 * chances.random()
        for number in range(2 + int(chances.random() * 3)):
            chirp = glide(pitch, pitch * (1.15 + 0.3 * chances.random()), 0.07, fading=10)
            add(made, chirp, at=at + number * 0.1, loud=0.5)
        at += 0.5 + chances.random()
    return made


def _engine(seconds: float, chances: random.Random) -> Wave:
    pitch = 55 + 35 * chances.random()
    partials = tuple((times, 0.8 / times) for times in (1.0, 2.0, 3.01, 4.0, 6.02))
    made = tone(pitch, seconds, partials=partials, attack=0.4, fading=0.02)
    add(made, noise(seconds, chances, softness=0.9), at=0, loud=0.25)
    return made


def _swoosh(seconds: float, chances: random.Random) -> Wave:
    made, at = [0.0] * round(seconds * RATE), 0.0
    while at < seconds:
        hiss = noise(0.8, chances, softness=0.6)
        rise = [min(1, place / 9000) ** 2 for place in range(len(hiss))]
        add(made, shaped(shaped(hiss, rise), envelope(len(hiss), attack=0.3, fading=0.5)), at=at)
        at += 1.5
    return made


def _recipe(make: Callable[[float, random.Random], Wave], words: str) -> Recipe:
    return Recipe(make, frozenset(words.split()))


RECIPES = (
    _recipe(_wind, "wind breeze storm air desert howl blizzard"),
    _recipe(_sea, "sea ocean wave beach water river surf shore stream"),
    _recipe(_rain, "rain drizzle shower drop roof"),
    _recipe(_fire, "fire campfire crackle burning flame"),
    _recipe(_boom, "explosion boom thunder blast cannon impact crash earthquake gun gunshot"),
    _recipe(_knock, "knock door footstep step wood hammer tap walk"),
    _recipe(_bell, "bell chime gong church ring glass crystal magic"),
    _recipe(_beep, "beep alarm phone robot computer notification laser click game"),
    _recipe(_birds, "bird chirp forest morning garden cricket insect"),
    _recipe(_engine, "engine car motor truck machine train plane drone spaceship"),
    _recipe(_swoosh, "swoosh whoosh sword transition fly pass"),
)
