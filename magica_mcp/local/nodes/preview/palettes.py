"""Colors for previews: a table of palettes, and the words that call for each."""

from dataclasses import dataclass

from magica_mcp.local.nodes.preview.sketch import Sketch

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Six colors from the top of the sky to what is nearest, as hexadecimal RGB."""

    words: frozenset[str]
    top: str
    middle: str
    horizon: str
    light: str
    far: str
    near: str

    def color(self, name: str) -> Color:
        return rgb(str(getattr(self, name)))


def _palette(words: str, *colors: str) -> Palette:
    return Palette(frozenset(words.split()), *colors)


PALETTES = (
    _palette(
        "sunset dusk evening desert autumn orange warm fire copper volcano canyon",
        *("3a1c71", "d76d77", "ffb27d", "fff1c9", "8e4a6b", "2a1533"),
    ),
    _palette(
        "ocean sea blue water beach wave river lake sky boat harbor rain whale island",
        *("0b486b", "3b8d99", "d3ead9", "fff8e1", "2f6f86", "0a2a43"),
    ),
    _palette(
        "forest green tree jungle garden leaf meadow grass plant frog moss tea",
        *("134e5e", "6fae7d", "e6f2c9", "fffbe0", "3f7f5f", "0f2f26"),
    ),
    _palette(
        "night space star moon galaxy midnight cyberpunk neon dream planet cosmos indigo astronaut",
        *("0b1026", "2b2f77", "8f7fe0", "f4f1ff", "2a3170", "090c1f"),
    ),
    _palette(
        "pink rose purple violet lavender flower magic love blossom cherry candy unicorn",
        *("5f2c82", "c06c9f", "ffd3e0", "fffafc", "97517f", "3b1438"),
    ),
    _palette(
        "gold golden yellow honey sand wheat lion bee cheese bread amber lemon brown coffee wood",
        *("7a4a1e", "d9a441", "fbe7b2", "fffdf0", "a56a2a", "3a2210"),
    ),
    _palette(
        "snow ice winter white frozen cloud mist fog mountain glacier polar pearl silver",
        *("5f97c7", "a9cfea", "f0f8ff", "ffffff", "8fb3cf", "2f4d6b"),
    ),
    _palette(
        "red crimson blood dragon wine ruby tomato apple poppy kite lantern strawberry",
        *("3d0c22", "b3254b", "ff9aa8", "fff0f3", "7d1536", "1f0714"),
    ),
    _palette(
        "spring morning dawn lime teal turquoise tropical fresh mint summer parrot",
        *("1f7a8c", "7cc4a4", "ffe8a3", "fffceb", "3f9c80", "14463f"),
    ),
    _palette(
        "black gray grey noir stone steel robot city car storm shadow concrete machine",
        *("1f2933", "5a6875", "cbd2d9", "f5f7fa", "44525f", "12181f"),
    ),
)


def palette_of(sketch: Sketch) -> Palette:
    """The palette with most of the prompt's words; chance decides between equals."""
    chances = sketch.chances("palette")
    most = max(len(palette.words & sketch.words) for palette in PALETTES)
    fitting = [palette for palette in PALETTES if len(palette.words & sketch.words) == most]
    return fitting[int(chances.random() * len(fitting))]


def rgb(text: str) -> Color:
    """A color from its six hexadecimal digits."""
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def mixed(one: Color, other: Color, share: float) -> Color:
    """The color on the way from one to the other: 0 is the one, 1 is the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
