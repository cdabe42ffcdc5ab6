"""Videos: six moments with their times, measures, and remarks."""

import io
from pathlib import Path

import pytest
from PIL import Image

from magica_mcp.errors import UnshowableError
from magica_mcp.media.films import look_at_film
from magica_mcp.media.glimpse import Deadline, Glimpse, Room
from tests.media.making import film, joined, scene, scenes, silence, tone

BLACK = Image.new("RGB", (96, 64), "black")
GREEN = Image.new("RGB", (96, 64), "#20a040")


def looked(path: Path, *, seconds: float = 30) -> Glimpse:
    return look_at_film(path, demuxer="mp4", room=Room(), deadline=Deadline.after(seconds))


@pytest.mark.parametrize("keyframe_every", [1, 5, 12, 250])
def test_six_moments_are_shown_wherever_keyframes_lie(tmp_path: Path, keyframe_every: int) -> None:
    path = film(tmp_path / "a.mp4", scenes(40), keyframe_every=keyframe_every, sound=tone(4))

    seen = looked(path)

    assert seen.shows == "6 moments of the video, with their times"
    assert seen.measured.seconds == pytest.approx(4, abs=0.1)
    assert (seen.measured.width, seen.measured.height) == (96, 64)
    assert seen.measured.has_sound is True
    assert seen.remarks == ()


def test_the_sheet_and_the_tile_are_pictures_that_fit(tmp_path: Path) -> None:
    seen = looked(film(tmp_path / "a.mp4", scenes(20)))

    for picture in (seen.picture, seen.tile):
        assert Image.open(io.BytesIO(picture.content)).size == (picture.width, picture.height)
        assert len(picture.content) <= 450_000
    assert seen.measured.has_sound is False


def test_a_video_of_one_frame_is_shown(tmp_path: Path) -> None:
    assert looked(film(tmp_path / "a.mp4", [scene(0)])).shows.startswith("1 moment")


@pytest.mark.parametrize(
    ("pictures", "remark"),
    [
        ([BLACK] * 20, "It is black throughout."),
        ([GREEN] * 20, "It shows one color and nothing else."),
        ([scene(4, size=(480, 320))] * 20, "Nothing moves in it."),
    ],
)
def test_a_video_of_nothing_is_remarked_on(
    tmp_path: Path, pictures: list[Image.Image], remark: str
) -> None:
    assert looked(film(tmp_path / "a.mp4", pictures)).remarks == (remark,)


def test_black_in_the_middle_is_remarked_on_and_a_fade_at_the_ends_is_not(tmp_path: Path) -> None:
    moving = scenes(60)
    broken = [*moving[:24], *[BLACK] * 12, *moving[36:]]
    faded = [*[BLACK] * 8, *moving[8:52], *[BLACK] * 8]

    remarks = looked(film(tmp_path / "a.mp4", broken, keyframe_every=1)).remarks
    assert len(remarks) == 1
    assert remarks[0].startswith("It is black at 2.")
    assert looked(film(tmp_path / "b.mp4", faded, keyframe_every=1)).remarks == ()


def test_a_silent_sound_track_is_remarked_on(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", scenes(20), sound=silence(2))

    assert looked(path).remarks == ("Its sound track is silent.",)


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    whole = film(tmp_path / "a.mp4", scenes(10)).read_bytes()
    # the sample table says that there are none: the tables of sizes, times and places are empty
    empty = whole
    for kind in (b"stsz", b"stts", b"stsc", b"stco", b"stss", b"ctts"):
        at = empty.find(kind)
        counted = at + (12 if kind == b"stsz" else 8)
        if at >= 0:
            empty = empty[:counted] + bytes(4) + empty[counted + 4 :]
    path = tmp_path / "empty.mp4"
    path.write_bytes(empty)

    with pytest.raises(UnshowableError):
        looked(path)


def test_frames_that_are_too_large_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", [Image.new("RGB", (4112, 2320), "#203040")])

    with pytest.raises(UnshowableError, match="4,112 × 2,320 pixels are too large"):
        looked(path)


def test_frames_that_grow_large_on_the_way_are_refused_by_the_decoder(tmp_path: Path) -> None:
    small = film(tmp_path / "a.mp4", scenes(20), keyframe_every=1)
    large = film(tmp_path / "b.mp4", [Image.new("RGB", (4112, 2320), "#203040")] * 2)

    with pytest.raises(UnshowableError, match="damaged"):
        looked(joined(small, large, into=tmp_path / "grown.mp4"))


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_cut_video_is_refused(tmp_path: Path, share: float) -> None:
    whole = film(tmp_path / "a.mp4", scenes(30)).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(UnshowableError):
        looked(path)


def test_what_is_read_as_a_video_and_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")

    with pytest.raises(UnshowableError):
        looked(path)


def test_when_the_time_is_over_there_is_no_preview(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", scenes(20))

    with pytest.raises(UnshowableError, match="in time"):
        looked(path, seconds=-1)
