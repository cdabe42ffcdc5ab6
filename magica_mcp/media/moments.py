"""Which moments of a video are shown. Pure: times in seconds, and what it costs to reach them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

SHOWN = 6
"""Moments on one sheet."""


@dataclass(frozen=True, order=True)
class Moment:
    """A time to show, reached by decoding from the keyframe at `key` on."""

    key: float
    at: float


def moments(
    keyframes: Sequence[float], *, seconds: float, frame_seconds: float, most_frames: int
) -> tuple[Moment, ...]:
    """Times spread evenly over a video, each from the nearest keyframe where one is near.

    `keyframes` is in order. Where reaching them would take more than `most_frames` decoded frames,
    they move towards their keyframes until it does not.
    """
    keys = sorted(keyframes) or [0.0]
    step = max(seconds, frame_seconds) / SHOWN
    wanted = [_nearest(keys, (index + 0.5) * step, within=step / 3) for index in range(SHOWN)]
    cost = _frames(wanted, frame_seconds)
    share = min(1.0, most_frames / cost) if cost else 1.0
    closer = {Moment(each.key, each.key + (each.at - each.key) * share) for each in wanted}
    return _apart(sorted(closer), frame_seconds)


def _nearest(keys: Sequence[float], at: float, *, within: float) -> Moment:
    """A keyframe near the wanted time, else the time itself, from the last keyframe before it."""
    place = bisect_right(keys, at)
    near = min(keys[max(0, place - 1) : place + 1], key=lambda key: abs(key - at))
    if abs(near - at) <= within:
        return Moment(near, near)
    before = keys[max(0, place - 1)]
    return Moment(before, max(before, at))


def _frames(wanted: Sequence[Moment], frame_seconds: float) -> float:
    """How many frames are decoded on the way: those of each keyframe up to its last moment."""
    ways = groupby(sorted(wanted), key=lambda each: each.key)
    return sum(max(each.at - each.key for each in group) / frame_seconds for _, group in ways)


def _apart(ordered: Sequence[Moment], frame_seconds: float) -> tuple[Moment, ...]:
    """Without those that would show the same frame again."""
    kept: list[Moment] = []
    for each in ordered:
        if not kept or each.at - kept[-1].at >= frame_seconds / 2:
            kept.append(each)
    return tuple(kept)


def time_text(seconds: float, *, precise: bool = True) -> str:
    """'2.5 s', '1:05', '1:02:03'; whole seconds unless `precise` and under a minute."""
    if seconds < 59.95:
        return f"{seconds:.1f} s" if precise else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
