"""Scenes that are near: things on a table, a flower, a person."""

import math
from collections.abc import Iterator

from magica_mcp.local.nodes.preview.canvas import Canvas, Point, open_sky
from magica_mcp.local.nodes.preview.palettes import Color, mixed


def draw_still_life(canvas: Canvas) -> None:
    edge = 0.64
    open_sky(canvas, horizon=edge)
    canvas.glow(canvas.at(0.3, 0.3), canvas.side * 0.7, canvas.color("light"), strength=0.5)
    table = mixed(canvas.color("far"), canvas.color("horizon"), 0.35)
    canvas.fade(table, canvas.color("far"), canvas.color("near"), top=edge)
    colors = (canvas.color("horizon"), canvas.color("top"), canvas.color("middle"))
    places = ((-0.30, 0.70, 0.14), (0.29, 0.71, 0.12), (0.02, 0.76, 0.23), (0.2, 0.84, 0.075))
    for number, (x, foot, radius) in enumerate(places):
        size = canvas.side * radius * canvas.between(0.85, 1.15)
        across = canvas.width / 2 + canvas.side * (x + canvas.between(-0.04, 0.04))
        ground = canvas.height * foot
        shadow = (across + size * 0.35, ground)
        canvas.glow(shadow, size * 1.5, canvas.color("near"), strength=0.7, flat=0.22)
        canvas.ball((across, ground - size), size, colors[number % len(colors)])


def draw_bloom(canvas: Canvas) -> None:
    canvas.fade(canvas.color("near"), canvas.color("top"), canvas.color("middle"))
    _bokeh(canvas, count=14)
    middle = canvas.at(canvas.between(0.44, 0.56), 0.44)
    canvas.glow(middle, canvas.side * 0.6, canvas.color("horizon"), strength=0.45)
    rings = 4
    turn = canvas.between(0, math.tau)
    for ring in range(rings):
        share = ring / (rings - 1)
        reach = canvas.side * (0.40 - 0.27 * share)
        color = mixed(canvas.color("middle"), canvas.color("light"), 0.15 + 0.6 * share)
        _petals(
            canvas, middle, reach=reach, count=13 - 2 * ring, turn=turn + ring * 0.7, color=color
        )
    canvas.ball(middle, canvas.side * 0.055, canvas.color("far"))


def draw_figure(canvas: Canvas) -> None:
    canvas.fade(canvas.color("top"), canvas.color("middle"), canvas.color("far"))
    _bokeh(canvas, count=18)
    radius = canvas.side * 0.15
    high = max(0.4, 1 - 1.3 * canvas.side / canvas.height)  # in a tall picture, further down
    head = canvas.at(canvas.between(0.46, 0.54), high)
    canvas.glow(head, canvas.side * 0.62, canvas.color("horizon"), strength=0.75)
    rim, dark = canvas.color("light"), canvas.color("near")
    for shift, color in ((canvas.side * 0.012, rim), (0.0, dark)):
        center = (head[0] - shift, head[1] - shift * 0.4)
        canvas.shape(_shoulders(canvas, center, radius=radius), color)
        canvas.shape(_oval(center, across=radius * 0.86, high=radius * 1.14), color)


def _bokeh(canvas: Canvas, *, count: int) -> None:
    """Lights far out of focus."""
    for _ in range(count):
        place = canvas.at(canvas.chances.random(), canvas.chances.random())
        radius = canvas.side * canvas.between(0.05, 0.2)
        canvas.glow(place, radius, canvas.color("horizon"), strength=canvas.between(0.1, 0.4))


def _petals(
    canvas: Canvas, middle: Point, *, reach: float, count: int, turn: float, color: Color
) -> None:
    for number in range(count):
        angle = turn + math.tau * number / count
        tone = mixed(color, canvas.color("near"), 0.16 * (number % 2))
        canvas.shape(list(_petal(middle, reach=reach, angle=angle)), tone)


def _petal(middle: Point, *, reach: float, angle: float) -> Iterator[Point]:
    """A leaf shape from the middle outwards."""
    for step in range(41):
        along = step / 20 if step <= 20 else (40 - step) / 20
        side = 1 if step <= 20 else -1
        out = reach * along
        off = side * reach * 0.24 * math.sin(math.pi * along**0.8)
        yield (
            middle[0] + out * math.cos(angle) - off * math.sin(angle),
            middle[1] + out * math.sin(angle) + off * math.cos(angle),
        )


def _oval(center: Point, *, across: float, high: float) -> list[Point]:
    angles = [math.tau * step / 90 for step in range(90)]
    return [
        (center[0] + across * math.cos(angle), center[1] + high * math.sin(angle))
        for angle in angles
    ]


def _shoulders(canvas: Canvas, head: Point, *, radius: float) -> list[Point]:
    """Neck and shoulders below a head, down past the picture's foot."""
    right = [
        (0.36, 0.7),
        (0.38, 1.35),
        (0.75, 1.68),
        (1.55, 1.95),
        (2.0, 2.4),
        (2.2, 3.2),
    ]
    foot = (canvas.height * 1.3 - head[1]) / radius
    outline = [*right, (2.3, max(3.4, foot))]
    mirrored = [(-x, y) for x, y in reversed(outline)]
    body = _rounded([*outline, *mirrored], times=4)
    return [(head[0] + x * radius, head[1] + y * radius) for x, y in body]


def _rounded(points: list[Point], *, times: int) -> list[Point]:
    """The closed outline with its corners cut off, again and again."""
    for _ in range(times):
        cut: list[Point] = []
        for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[0]], strict=True):
            cut.append((x * 0.75 + to_x * 0.25, y * 0.75 + to_y * 0.25))
            cut.append((x * 0.25 + to_x * 0.75, y * 0.25 + to_y * 0.75))
        points = cut
    return points
