"""Joining videos one after another, with or without a transition.

Pictures are streamed; only those that a transition may still change are held. Each video has its
sound for as long as it lasts: where it has none, silence.
"""

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, pairwise, repeat
from pathlib import Path

from av import AudioFrame

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.films.clips import Clip, clip_of
from magica_mcp.local.nodes.films.generating import write_both
from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.films.sounding import crossfaded, cut, silence, sound_of
from magica_mcp.local.nodes.films.sources import MOST_SECONDS, opened_source, source_file
from magica_mcp.local.nodes.films.writing import SOUND_RATE, film_at
from magica_mcp.local.nodes.given import all_of
from magica_mcp.local.nodes.job import NodeJob, NodeResult
from magica_mcp.local.nodes.keeping import joined, made
from magica_mcp.local.nodes.sizes import Size

LEAST, MOST = 2, 100
TRANSITION_SECONDS = Fraction(1, 2)
"""How long a dissolve takes, and half as long as a fade through black does."""


@dataclass(frozen=True)
class Span:
    """Where a clip lies in the whole, in seconds."""

    begin: Fraction
    end: Fraction

    def ticks(self, rate: Fraction | int) -> tuple[int, int]:
        return round(self.begin * rate), round(self.end * rate)


def merge_videos(job: NodeJob) -> NodeResult:
    """One video of the given ones, of the first one's size and speed."""
    sources = all_of(job.input.get("video_urls"))
    if not LEAST <= len(sources) <= MOST:
        raise NodeFailedError(f"{LEAST} to {MOST} videos are merged at once; give as many.")
    with tempfile.TemporaryDirectory() as folder:
        files = [source_file(job, source, folder=Path(folder)) for source in sources]
        clips = [clip_of(file) for file in files]
        merge = Merge(job, tuple(clips), str(job.input.get("transition") or "none"))
        return joined("video_url", made(job, merge.write, extension=".mp4"))


def spans_of(clips: Sequence[Clip], *, overlap: Fraction) -> list[Span]:
    """One after another; each begins before the one ahead has ended, by half of either at most."""
    spans = [Span(Fraction(0), clips[0].seconds)]
    for earlier, later in pairwise(clips):
        shared = min(overlap, earlier.seconds / 2, later.seconds / 2)
        begin = spans[-1].end - shared
        spans.append(Span(begin, begin + later.seconds))
    if spans[-1].end > MOST_SECONDS:
        hours = MOST_SECONDS // 3600
        raise NodeFailedError(f"Together the videos last over {hours} hours. Merge fewer.")
    return spans


@dataclass(frozen=True)
class Merge:
    """Clips that are to be joined."""

    job: NodeJob
    clips: tuple[Clip, ...]
    transition: str

    @property
    def size(self) -> Size:
        return self.clips[0].size

    @property
    def fps(self) -> Fraction:
        return self.clips[0].fps

    def write(self, path: Path) -> None:
        dissolves = self.transition == "dissolve"
        spans = spans_of(self.clips, overlap=TRANSITION_SECONDS if dissolves else Fraction(0))
        has_sound = any(clip.has_sound for clip in self.clips)
        size = (self.size.width, self.size.height)
        with film_at(path, size=size, fps=self.fps, has_sound=has_sound) as film:
            sound = self._sound(spans) if has_sound else ()
            write_both(film, self._pictures(spans), sound, job=self.job)

    def _pictures(self, spans: Sequence[Span]) -> Iterator[Planes]:
        tail: list[Planes] = []
        ticks = [span.ticks(self.fps) for span in spans]
        begins = [*(begin for begin, _ in ticks[1:]), ticks[-1][1]]
        for number, (clip, (begin, end), following) in enumerate(
            zip(self.clips, ticks, begins, strict=True)
        ):
            held: deque[Planes] = deque()
            seen = mixed_in(tail, self._clip_pictures(clip, end - begin))
            if self.transition == "fade":
                seen = self._faded(seen, number, length=end - begin)
            for planes in seen:
                held.append(planes)
                if len(held) > end - following:
                    yield held.popleft()
            tail = list(held)
        yield from tail

    def _clip_pictures(self, clip: Clip, length: int) -> Iterator[Planes]:
        """Exactly so many: the last one stays where there are fewer."""
        last: Planes | None = None
        shown = 0
        for planes in islice(clip.pictures(self.job, fps=self.fps, size=self.size), length):
            last = planes
            shown += 1
            yield planes
        if last is None:
            raise NodeFailedError("An input video has no pictures in it. Give another one.")
        yield from repeat(last, length - shown)

    def _faded(self, seen: Iterable[Planes], number: int, *, length: int) -> Iterator[Planes]:
        """From black, except for the first clip, and to black, except for the last."""
        taking = min(round(TRANSITION_SECONDS * self.fps), length // 2)
        dark = Planes.dark(self.size.width, self.size.height)
        for place, planes in enumerate(seen):
            rising = place if number > 0 else taking
            falling = length - 1 - place if number < len(self.clips) - 1 else taking
            light = min(rising, falling, taking)
            yield planes if light == taking else dark.mixed(planes, (light + 0.5) / (taking + 0.5))

    def _sound(self, spans: Sequence[Span]) -> Iterator[AudioFrame]:
        """The sound of all clips; where two overlap, one goes as the other comes."""
        tail = b""
        ticks = [span.ticks(SOUND_RATE) for span in spans]
        begins = [*(begin for begin, _ in ticks[1:]), ticks[-1][1]]
        for clip, (begin, end), following in zip(self.clips, ticks, begins, strict=True):
            parts = crossfaded(
                tail, self._clip_sound(clip, end - begin), held=max(0, end - following)
            )
            for part in parts:
                if part.frame is not None:
                    yield part.frame
                tail = part.rest

    def _clip_sound(self, clip: Clip, samples: int) -> Iterator[AudioFrame]:
        if not clip.has_sound:
            yield from silence(samples)
            return
        with opened_source(clip.file, wanted="audio") as film:
            yield from cut(sound_of(film, self.job), samples=samples)


def mixed_in(tail: Sequence[Planes], seen: Iterable[Planes]) -> Iterator[Planes]:
    """Pictures into which the last ones of another clip go over."""
    pictures = iter(seen)
    for number, (old, new) in enumerate(zip(tail, pictures, strict=False), start=1):
        yield old.mixed(new, number / (len(tail) + 1))
    yield from chain(pictures)
