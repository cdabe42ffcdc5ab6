"""Videos and sounds that come in: what is wrong with them is said, and nothing is believed."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.films.planes import Planes
from magica_mcp.local.nodes.films.writing import film_at
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench
from tests.local.nodes.footage import film, heard


def kept(bench: Bench, content: bytes, *, extension: str = "mp4") -> str:
    name = bench.media.name_for("earlier", str(hash(content)), 0, extension=extension)
    return bench.media.write(name, content)


def extracted(bench: Bench, source: str, form: str = "wav") -> JsonObject:
    given: JsonObject = {"video_url": source, "format": form}
    return run_node(bench.job("extract_audio", given)).output


def playlist(_: bytes) -> bytes:
    return b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


def concat(_: bytes) -> bytes:
    return b"ffconcat version 1.0\nfile /etc/passwd\n"


def scrambled(content: bytes) -> bytes:
    return content[:64] + bytes(reversed(content[64:]))


DAMAGE: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda content: content[: len(content) // 2], "incomplete or damaged"),
    (lambda content: content[:20], "incomplete or damaged"),
    (lambda _: b"", "is empty"),
    (lambda _: b"just words", "of no kind that can be used"),
    (scrambled, "incomplete or damaged"),
    (playlist, "of no kind that can be used"),
    (concat, "of no kind that can be used"),
]


@pytest.mark.parametrize(("damage", "sentence"), DAMAGE)
def test_a_damaged_or_wrong_file_is_answered_with_a_sentence(
    bench: Bench, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    whole = bench.kept(film(bench, "red", sound_seconds=1))

    with pytest.raises(NodeFailedError) as failed:
        extracted(bench, kept(bench, damage(whole)))

    assert sentence in failed.value.user_message


def test_a_picture_is_no_video(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match="no video and no sound"):
        extracted(bench, bench.keep(Image.new("RGB", (8, 8))))


def test_a_silent_video_has_no_sound_to_take(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match=r"The input has no sound\. Give a file with sound"):
        extracted(bench, film(bench, "red"))


def test_a_sound_has_no_pictures_to_merge(bench: Bench) -> None:
    sound = str(extracted(bench, film(bench, "red", sound_seconds=1))["audio_url"])
    given: JsonObject = {"video_urls": [sound, sound]}

    with pytest.raises(NodeFailedError, match="The input has no pictures"):
        run_node(bench.job("merge_videos", given, run_id="other"))


def test_a_frame_of_immense_size_is_refused(bench: Bench) -> None:
    name = bench.media.name_for("earlier", "immense", 0, extension="mp4")
    size = (8208, 4400)
    with (
        bench.media.being_made(name) as path,
        film_at(path, size=size, fps=Fraction(1), has_sound=False) as made,
    ):
        made.picture(Planes.dark(*size).frame())
    given: JsonObject = {"video_url": f"media:{name}", "prompt": "Smaller"}

    with pytest.raises(NodeFailedError, match="over 35 megapixels"):
        run_node(bench.job("gemini_omni_flash_edit_video", given))


@pytest.mark.parametrize("form", ["mp3", "wav", "aac"])
def test_a_sound_is_taken_in_each_format(bench: Bench, form: str) -> None:
    output = extracted(bench, film(bench, "red", seconds=2, sound_seconds=2), form)

    sound = heard(bench.kept(output["audio_url"]))
    assert (abs(sound.seconds - 2) < 0.05, sound.loudness > 4000) == (True, True)


def test_what_is_taken_names_its_file_and_nothing_else(bench: Bench) -> None:
    assert list(extracted(bench, film(bench, "red", sound_seconds=1))) == ["audio_url"]


@pytest.mark.parametrize("volume", [0, 0.5, 1, 2])
def test_a_sound_is_laid_under_a_video_as_loud_as_asked_for(bench: Bench, volume: float) -> None:
    sound = film(bench, "red", sound_seconds=1)
    given: JsonObject = {
        "video_url": film(bench, "blue", seconds=1, name="silent"),
        "audio_url": str(extracted(bench, sound)["audio_url"]),
        "audio_volume": volume,
    }

    output = run_node(bench.job("merge_audio_video", given, run_id="other")).output

    loudness = heard(bench.kept(output["video_url"])).loudness
    before = heard(bench.kept(sound)).loudness
    assert loudness == pytest.approx(before * volume, rel=0.05, abs=2)


@pytest.mark.parametrize("seconds", [0.5, 3])
def test_the_video_decides_how_long_both_last(bench: Bench, seconds: float) -> None:
    sound = film(bench, "red", sound_seconds=seconds, seconds=seconds)
    given: JsonObject = {
        "video_url": film(bench, "blue", seconds=1, name="silent"),
        "audio_url": str(extracted(bench, sound)["audio_url"]),
    }

    assert run_node(bench.job("merge_audio_video", given, run_id="other")).seconds == 1


def test_nothing_is_left_behind_by_what_fails(bench: Bench, tmp_path: Path) -> None:
    source = film(bench, "red")
    before = sorted(tmp_path.iterdir())

    with pytest.raises(NodeFailedError):
        extracted(bench, source)

    assert sorted(tmp_path.iterdir()) == before
