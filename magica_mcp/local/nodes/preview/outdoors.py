"""Scenes that are far away: hills, the sea, a city."""

import math

from magica_mcp.local.nodes.preview.canvas import Canvas, Point, open_sky
from magica_mcp.local.nodes.preview.palettes import Color, mixed


def draw_hills(canvas: Canvas) -> None:
    open_sky(canvas, horizon=0.62)
    _sun(canvas, y=canvas.between(0.24, 0.42))
    ridges = 5
    for number in range(ridges):
        share = number / (ridges - 1)
        y = 0.46 + 0.36 * share
        color = mixed(
            mixed(canvas.color("far"), canvas.color("horizon"), 0.45), canvas.color("near"), share
        )
        canvas.shape(_ridge(canvas, y=y, rise=0.10 - 0.03 * share), color)
        if number < ridges - 1:
            haze = canvas.at(canvas.between(0.2, 0.8), y + 0.16)
            canvas.glow(haze, canvas.width * 0.7, canvas.color("horizon"), strength=0.28, flat=0.22)


def draw_sea(canvas: Canvas) -> None:
    horizon = canvas.between(0.5, 0.6)
    open_sky(canvas, horizon=horizon)
    sun_x = _sun(canvas, y=horizon - canvas.between(0.1, 0.2))
    water = (mixed(canvas.color("middle"), canvas.color("horizon"), 0.5), canvas.color("top"))
    canvas.fade(*water, canvas.color("near"), top=horizon)
    _glints(canvas, x=sun_x, horizon=horizon)
    side = -1 if sun_x > 0.5 else 1
    _sailboat(canvas, canvas.at(sun_x + side * canvas.between(0.2, 0.3), horizon + 0.06))


def draw_city(canvas: Canvas) -> None:
    open_sky(canvas, horizon=0.9)
    _sun(canvas, y=canvas.between(0.2, 0.4))
    rows = 3
    for row in range(rows):
        share = row / (rows - 1)
        color = mixed(canvas.color("far"), canvas.color("near"), 0.15 + 0.8 * share)
        _skyline(canvas, color=color, roof=0.36 + 0.18 * share, lit=0.1 + 0.25 * share)
        if row < rows - 1:
            haze = canvas.at(0.5, 0.95)
            canvas.glow(haze, canvas.width * 0.8, canvas.color("horizon"), strength=0.4, flat=0.5)


def _sun(canvas: Canvas, *, y: float) -> float:
    """A sun or moon with its light; answers how far across it stands."""
    x = canvas.between(0.25, 0.75)
    place, light = canvas.at(x, y), canvas.color("light")
    canvas.glow(place, canvas.side * 0.6, canvas.color("horizon"), strength=0.7)
    canvas.glow(place, canvas.side * 0.24, light, strength=0.8)
    canvas.disc(place, canvas.side * canvas.between(0.06, 0.085), light)
    return x


def _ridge(canvas: Canvas, *, y: float, rise: float) -> list[Point]:
    """The outline of a row of hills, closed below the picture's foot."""
    longest = max(1.0, canvas.width / canvas.height)
    waves = [
        (rise / 1.7**number, longest * 2.2**number * canvas.between(0.7, 1.2), canvas.between(0, 7))
        for number in range(5)
    ]
    steps = 160
    crest = [
        canvas.at(
            step / steps,
            y
            + sum(high * math.sin(many * 4 * step / steps + at) for high, many, at in waves) * 0.6,
        )
        for step in range(steps + 1)
    ]
    return [*crest, canvas.at(1, 1.1), canvas.at(0, 1.1)]


def _glints(canvas: Canvas, *, x: float, horizon: float) -> None:
    """Light on the water below the sun: short strokes that widen towards the eye."""
    light = canvas.color("light")
    for _ in range(90):
        depth = canvas.chances.random() ** 1.6
        y = horizon + 0.01 + depth * (0.98 - horizon)
        spread = (canvas.between(-1, 1) + canvas.between(-1, 1)) * (0.03 + 0.12 * depth)
        place = canvas.at(x, y)
        place = (place[0] + spread * canvas.side, place[1])
        radius = canvas.side * (0.012 + 0.06 * depth) * canvas.between(0.5, 1.3)
        canvas.glow(place, radius, light, strength=canvas.between(0.35, 0.9), flat=0.14)


def _sailboat(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    size = canvas.side * 0.11
    hull, sail = canvas.color("near"), canvas.color("light")
    canvas.glow((x, y + size * 0.12), size * 1.1, hull, strength=0.6, flat=0.2)
    canvas.shape(
        [(x, y - size * 1.7), (x, y - size * 0.2), (x - size * 0.62, y - size * 0.2)], sail
    )
    jib = mixed(sail, canvas.color("horizon"), 0.6)
    canvas.shape(
        [
            (x + size * 0.06, y - size * 1.5),
            (x + size * 0.06, y - size * 0.2),
            (x + size * 0.5, y - size * 0.2),
        ],
        jib,
    )
    deck = [(x - size * 0.75, y - size * 0.12), (x + size * 0.75, y - size * 0.12)]
    canvas.shape(
        [*deck, (x + size * 0.5, y + size * 0.12), (x - size * 0.55, y + size * 0.12)], hull
    )


def _skyline(canvas: Canvas, *, color: Color, roof: float, lit: float) -> None:
    """A row of buildings from the left edge to the right, with some windows lit."""
    unit = canvas.side * 0.012
    left = -unit * canvas.between(0, 6)
    while left < canvas.width:
        columns = 3 + int(canvas.chances.random() * 6)
        right = left + columns * unit * 2 + unit
        top = canvas.height * (roof + canvas.between(-0.12, 0.14))
        canvas.box((left, top), (right, canvas.height), color)
        _windows(canvas, (left + unit, top + unit * 2), columns=columns, lit=lit)
        left = right + unit * canvas.between(0, 1.5)


def _windows(canvas: Canvas, corner: Point, *, columns: int, lit: float) -> None:
    unit = canvas.side * 0.012
    color = mixed(canvas.color("light"), canvas.color("horizon"), 0.4)
    for row in range(int((canvas.height - corner[1]) / (unit * 2.6))):
        for column in range(columns):
            if canvas.chances.random() < lit:
                left, top = corner[0] + column * unit * 2, corner[1] + row * unit * 2.6
                canvas.box((left, top), (left + unit, top + unit * 1.4), color)
