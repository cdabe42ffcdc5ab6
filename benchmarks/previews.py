"""How long a look at a result takes, against Pillow and PyAV used plainly: one run, medians.

The plain side makes a thumbnail of the same size, or opens the video, seeks to six times, decodes
on to each of them and shrinks the frame. Ours does that, draws the sheet, writes it as a file that
fits, makes a tile, and judges what it saw. Nothing else should run meanwhile.

usage: python -m benchmarks.previews
"""

import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
from av import VideoFrame
from PIL import Image, ImageDraw

from magica_mcp.media.glimpse import Deadline, Room
from magica_mcp.media.looks import look

TIMES = 7
ROOM = Room()
SHOWN = 6
FPS, SECONDS = 24, 30
MOST_MS = {"image": 250, "video": 1_500}


def scene(width: int, height: int, *, grain: int = 20) -> Image.Image:
    """Soft light, hard edges and the grain that makes a photograph large."""
    chance = random.Random(4)
    across = Image.linear_gradient("L").resize((width, height))
    around = Image.radial_gradient("L").resize((width, height))
    image = Image.merge("RGB", (across, around, across.rotate(180)))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, size = chance.random() * width, chance.random() * height, chance.random() * height / 5
        draw.ellipse((x, y, x + size, y + size), fill=tuple(chance.choices(range(256), k=3)))
    noise = Image.effect_noise((width, height), grain)
    return Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.1)


def film(path: Path, *, keyframe_every: int) -> Path:
    """30 s of 1080p with sound left out: a camera that wanders over a scene."""
    wide = scene(2320, 1280, grain=8)
    with av.open(str(path), "w", format="mp4") as made:
        options = {
            "preset": "ultrafast",
            "crf": "23",
            "g": str(keyframe_every),
            "sc_threshold": "0",
        }
        video = made.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = 1920, 1080, "yuv420p"
        for index in range(FPS * SECONDS):
            share = index / (FPS * SECONDS)
            left, top = int(400 * share), int(200 * share)
            view = wide.crop((left, top, left + 1920, top + 1080))
            frame: VideoFrame = VideoFrame.from_image(view)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
    return path


# Both sides -----------------------------------------------------------------------------------


def ours(path: Path) -> None:
    look(path, room=ROOM, deadline=Deadline.after(60))


def plain_thumbnail(path: Path) -> None:
    with Image.open(path) as image:
        image.thumbnail((ROOM.side, ROOM.side))
        image.convert("RGB").save(io.BytesIO(), "JPEG", quality=86)


def plain_frames(path: Path) -> None:
    for _ in frames_of(path):
        pass


def frames_of(path: Path) -> Iterator[Image.Image]:
    with av.open(str(path)) as source:
        video = source.streams.video[0]
        video.thread_type = "AUTO"
        assert video.time_base is not None
        for index in range(SHOWN):
            at = (index + 0.5) * SECONDS / SHOWN
            source.seek(round(at / video.time_base), stream=video)
            frame = next(each for each in source.decode(video) if (each.time or 0) >= at)
            yield frame.to_image(width=587, height=330)  # type: ignore[no-untyped-call]  # likewise


# The comparison -------------------------------------------------------------------------------


def compared(name: str, path: Path, plain: Callable[[Path], None], *, most: int) -> None:
    """One line: our median, theirs, and the median of the ratios of neighbours."""
    pairs = [(timed(ours, path), timed(plain, path)) for _ in range(TIMES)]
    mine = [statistics.median(side) for side in zip(*(pair[0] for pair in pairs), strict=True)]
    theirs = [statistics.median(side) for side in zip(*(pair[1] for pair in pairs), strict=True)]
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    size = path.stat().st_size / 1e6
    print(
        f"{name:34}{size:6.1f} MB{mine[0] * 1000:8.0f} ({mine[1] * 1000:4.0f}) ms"
        f"{theirs[0] * 1000:8.0f} ({theirs[1] * 1000:4.0f}) ms{ratio:7.2f}   at most {most:,} ms"
    )


def timed(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """Seconds that went by, and seconds of processors, which a busy machine lengthens less."""
    began, used = time.perf_counter(), time.process_time()
    work(path)
    return time.perf_counter() - began, time.process_time() - used


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        number = count()

        def place() -> Path:
            return Path(folder) / str(next(number))

        print(f"{'':34}{'size':>9}{'ours (CPU)':>18}{'plain (CPU)':>18}{'ratio':>7}")
        picture = scene(3840, 2160)
        for form, options in (("PNG", {}), ("JPEG", {"quality": 92}), ("WEBP", {"quality": 90})):
            path = place()
            picture.save(path, form, **options)
            compared(f"4K image, {form}", path, plain_thumbnail, most=MOST_MS["image"])
        for every in (48, 250):
            path = film(place(), keyframe_every=every)
            name = f"30 s of 1080p, keyframe every {every}"
            compared(name, path, plain_frames, most=MOST_MS["video"])


if __name__ == "__main__":
    main()
