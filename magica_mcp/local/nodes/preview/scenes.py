"""What previews show: a handful of scenes, and the words that call for each."""

from collections.abc import Callable
from dataclasses import dataclass

from magica_mcp.local.nodes.preview.canvas import Canvas
from magica_mcp.local.nodes.preview.closeups import draw_bloom, draw_figure, draw_still_life
from magica_mcp.local.nodes.preview.outdoors import draw_city, draw_hills, draw_sea
from magica_mcp.local.nodes.preview.sketch import Sketch


@dataclass(frozen=True)
class Scene:
    """A way to fill a canvas. Only scenes that suit any prompt are chosen without a word."""

    draw: Callable[[Canvas], None]
    words: frozenset[str]
    suits_anything: bool


def _scene(draw: Callable[[Canvas], None], words: str, *, suits_anything: bool = True) -> Scene:
    return Scene(draw, frozenset(words.split()), suits_anything)


SCENES = (
    _scene(
        draw_hills,
        "mountain hill forest landscape valley field meadow desert canyon volcano tree "
        "dragon castle snow autumn horse deer wolf cabin",
    ),
    _scene(
        draw_sea,
        "sea ocean beach wave lake river boat ship harbor island water whale lighthouse sail "
        "fish surf coast kite",
    ),
    _scene(
        draw_city,
        "city street building tokyo york london paris town skyline neon cyberpunk car traffic "
        "market bridge tower poster",
        suits_anything=False,
    ),
    _scene(
        draw_still_life,
        "fruit bowl table cup coffee tea bottle product food apple fig orange lemon bread cake "
        "ball planet marble sphere robot cat dog toy",
    ),
    _scene(
        draw_bloom,
        "flower rose bloom blossom garden petal tulip lotus poppy butterfly bee bird",
    ),
    _scene(
        draw_figure,
        "portrait man woman girl boy person face child people astronaut queen king dancer "
        "clockmaker chef singer samurai knight wizard warrior model",
        suits_anything=False,
    ),
)


def scene_of(sketch: Sketch) -> Scene:
    """The scene with most of the prompt's words, else one by chance."""
    chances = sketch.chances("scene")
    counts = [len(scene.words & sketch.words) for scene in SCENES]
    most = max(counts)
    fitting = [
        scene
        for scene, count in zip(SCENES, counts, strict=True)
        if count == most and (most > 0 or scene.suits_anything)
    ]
    return fitting[int(chances.random() * len(fitting))]
