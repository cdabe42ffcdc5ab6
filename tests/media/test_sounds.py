"""Sounds: loudness that is right, a waveform, and remarks."""

import io
import math
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from magica_mcp.errors import UnshowableError
from magica_mcp.media.glimpse import Deadline, Glimpse, Room
from magica_mcp.media.sounds import gathered, heard
from magica_mcp.media.waveform import look_at_sound, tick_text, ticks
from tests.media.making import film, scenes, silence, tone, wave


def looked(path: Path, *, seconds: float = 30, demuxer: str = "wav") -> Glimpse:
    return look_at_sound(path, demuxer=demuxer, room=Room(), deadline=Deadline.after(seconds))


def test_loudness_length_and_peak_are_those_of_the_sound(tmp_path: Path) -> None:
    seen = looked(wave(tmp_path / "a.wav", tone(3, loud=0.5)))

    # a sine of amplitude 0.5 peaks at -6 dBFS; EBU R 128 gives -9.7 LUFS at 440 Hz in one channel
    assert seen.measured.seconds == pytest.approx(3, abs=0.01)
    assert seen.measured.peak == pytest.approx(-6.02, abs=0.1)
    assert seen.measured.loudness == pytest.approx(-9.7, abs=0.6)
    assert seen.measures == f"3.0 s, {seen.measured.loudness:.1f} LUFS, peak -6.0 dBFS"
    assert seen.remarks == ()


def test_a_sound_too_short_for_loudness_still_has_a_peak(tmp_path: Path) -> None:
    seen = looked(wave(tmp_path / "a.wav", tone(0.2)))

    assert seen.measured.loudness is None
    assert "LUFS" not in seen.measures
    assert "dBFS" in seen.measures


def test_the_waveform_is_a_picture_that_shows_where_it_is_loud(tmp_path: Path) -> None:
    seen = looked(wave(tmp_path / "a.wav", silence(2), tone(2, loud=0.9)))
    blueness = Image.open(io.BytesIO(seen.picture.content)).convert("RGB").getchannel("B")

    def blue(left: float, right: float) -> int:
        part = blueness.crop((int(blueness.width * left), 70, int(blueness.width * right), 330))
        return sum(part.histogram()[200:])

    assert seen.picture.mime_type == "image/png"
    assert blue(0.55, 0.95) > 10 * blue(0.05, 0.45)


@pytest.mark.parametrize(
    ("sounds", "remark"),
    [
        ([silence(2)], "It is silent."),
        ([tone(1), silence(9)], "It is silent from 1.0 s to its end."),
        (
            [(lambda at: math.copysign(1.0, math.sin(at * 2765)), 1.0)],
            "It clips: 100% of it is cut off",
        ),
    ],
)
def test_what_a_person_would_hear_at_once_is_said(
    tmp_path: Path, sounds: list[tuple[object, float]], remark: str
) -> None:
    remarks = looked(wave(tmp_path / "a.wav", *sounds)).remarks  # type: ignore[arg-type]

    assert len(remarks) == 1
    assert remarks[0].startswith(remark)


def test_a_sound_that_merely_touches_full_scale_does_not_clip(tmp_path: Path) -> None:
    assert looked(wave(tmp_path / "a.wav", tone(1, loud=1.0))).remarks == ()


def test_a_video_can_be_listened_to(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", scenes(10), sound=tone(1))

    sound = heard(path, demuxer="mp4", deadline=Deadline.after(30))

    assert sound.peak == pytest.approx(0.25, abs=0.05)


def test_a_film_without_sound_cannot_be_listened_to(tmp_path: Path) -> None:
    with pytest.raises(UnshowableError, match="no sound"):
        looked(film(tmp_path / "a.mp4", scenes(5)), demuxer="mp4")


@pytest.mark.parametrize("share", [0.0, 0.02])
def test_a_damaged_sound_is_refused(tmp_path: Path, share: float) -> None:
    whole = wave(tmp_path / "a.wav", tone(1)).read_bytes()
    path = tmp_path / "cut.wav"
    path.write_bytes(whole[: int(len(whole) * share)][:30])

    with pytest.raises(UnshowableError):
        looked(path)


def test_when_the_time_is_over_nothing_is_heard(tmp_path: Path) -> None:
    with pytest.raises(UnshowableError, match="in time"):
        looked(wave(tmp_path / "a.wav", tone(1)), seconds=-1)


@pytest.mark.parametrize("count", [0, 1, 5, 7, 1201])
def test_pieces_are_put_together_without_losing_an_extreme(count: int) -> None:
    levels = [(-index / 2000, index / 3000) for index in range(count)]

    found = gathered(levels, most=6)

    assert len(found) <= 6
    assert min(found, default=None, key=lambda level: level[0]) is None or (
        min(low for low, _ in found) == levels[-1][0]
    )


@pytest.mark.parametrize("seconds", [0.05, 0.9, 10, 59, 300, 4000, 30_000])
def test_the_axis_has_a_few_round_times(seconds: float) -> None:
    found = list(ticks(seconds))

    assert 1 <= len(found) <= 9
    assert found[-1] <= seconds + 1e-6
    assert all(later > earlier for earlier, later in pairwise(found))


@pytest.mark.parametrize(("at", "text"), [(0.0, "0"), (0.5, "0.5"), (30.0, "30"), (90.0, "1:30")])
def test_times_of_the_axis_are_short(at: float, text: str) -> None:
    assert tick_text(at) == text
