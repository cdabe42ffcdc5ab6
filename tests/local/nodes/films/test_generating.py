"""Video models: real files of the size, length and speed that were asked for."""

import io

import av
import pytest
from PIL import Image
from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.media import MediaFolder
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.films.shape import film_size, shape_of
from magica_mcp.local.nodes.job import NodeResult
from magica_mcp.local.nodes.sizes import Size
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench
from tests.local.nodes.footage import colors, film, heard, marks, pictures

SMALL: JsonObject = {"prompt": "A fox", "resolution": "480p", "duration": 4, "generate_audio": True}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """One bench for several tests, since making a film takes a second."""
    return Bench(MediaFolder(tmp_path_factory.mktemp("studio"), secret=b"s"))


@pytest.fixture(scope="module")
def made(studio: Bench) -> NodeResult:
    """A small film with sound."""
    return run_node(studio.job("seedance_2_0", SMALL))


def first(output: JsonObject, name: str = "result") -> JsonValue:
    found = output[name]
    assert isinstance(found, list)
    return found[0]


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({}, (1280, 720)),
        ({"resolution": "1080p"}, (1920, 1080)),
        ({"resolution": "480p", "aspect_ratio": "9:16"}, (480, 854)),
        ({"resolution": "4k"}, (3840, 2160)),
        ({"aspect_ratio": "1:1"}, (720, 720)),
        ({"size": "720x1280"}, (720, 1280)),
        ({"size": "101x75"}, (100, 74)),
        ({"aspect_ratio": "auto", "resolution": "odd"}, (1280, 720)),
        ({"aspect_ratio": "999:1"}, (2880, 720)),
    ],
)
def test_a_size_is_told_by_resolution_and_shape(values: JsonObject, size: tuple[int, int]) -> None:
    assert film_size(values) == Size(*size)


@pytest.mark.parametrize("size", ["99999x10", "1x1"])
def test_a_size_that_cannot_be_is_refused(size: str) -> None:
    with pytest.raises(NodeFailedError, match="cannot be made"):
        film_size({"size": size})


@pytest.mark.parametrize(
    ("values", "frames"),
    [
        ({"duration": 5}, 120),
        ({"duration": "8s"}, 192),
        ({"duration": "auto"}, 120),
        ({"seconds": 2, "fps": 30}, 60),
        ({"duration_ms": 1500}, 36),
    ],
)
def test_a_length_is_told_in_seconds(values: JsonObject, frames: int) -> None:
    assert shape_of(values).frames == frames


def test_a_length_beyond_reason_is_refused() -> None:
    with pytest.raises(NodeFailedError, match="Ask for less"):
        shape_of({"duration": 1e9})


def test_a_video_is_h264_of_the_size_length_and_speed_asked_for(
    studio: Bench, made: NodeResult
) -> None:
    with av.open(io.BytesIO(studio.kept(first(made.output)))) as film_:
        video = film_.streams.video[0]
        assert (video.codec.name, video.width, video.height, video.frames) == ("h264", 854, 480, 96)


def test_what_is_told_of_a_video_is_measured(studio: Bench, made: NodeResult) -> None:
    assert first(made.output, "resultMetadata") == {
        "size": len(studio.kept(first(made.output))),
        "width": 854,
        "height": 480,
        "fps": 24.0,
        "duration": 4.0,
        "modelId": "seedance-2.0-text-to-video",
        "mimeType": "video/mp4",
        "mediaType": "video",
    }


def test_a_model_with_sound_is_heard(studio: Bench, made: NodeResult) -> None:
    assert heard(studio.kept(first(made.output))).loudness > 500


def test_a_video_without_sound_has_no_track(bench: Bench) -> None:
    silent = SMALL | {"generate_audio": False}

    output = run_node(bench.job("seedance_2_0", silent)).output

    with av.open(io.BytesIO(bench.kept(first(output)))) as film_:
        assert not film_.streams.audio


def test_a_video_moves(studio: Bench, made: NodeResult) -> None:
    seen = pictures(studio.kept(first(made.output)))

    assert len(set(seen[::24])) == 4


def test_the_same_input_gives_the_same_bytes(studio: Bench, made: NodeResult) -> None:
    again = run_node(studio.job("seedance_2_0", SMALL, run_id="two"))

    assert first(again.output) != first(made.output)
    assert studio.kept(first(again.output)) == studio.kept(first(made.output))


def test_a_preview_says_that_it_is_one(studio: Bench, made: NodeResult) -> None:
    assert "Magica local preview in place of seedance-2.0" in marks(studio.kept(first(made.output)))


def test_a_video_is_charged_by_how_long_it_is(made: NodeResult) -> None:
    assert made.seconds == 4


def test_a_given_picture_is_what_the_video_begins_with(bench: Bench) -> None:
    source = bench.keep(Image.new("RGB", (320, 180), "red"))
    given: JsonObject = {"prompt": "Zoom", "image_url": source, "duration": 3}

    output = run_node(bench.job("gemini-omni-flash-image-to-video", given)).output

    red, green, blue = colors(bench.kept(first(output)))[0]
    assert (red > 240, green < 20, blue < 20) == (True, True, True)


def test_a_video_made_over_lasts_as_long_as_it_did(bench: Bench) -> None:
    source = film(bench, "green", seconds=2.5, sound_seconds=2.5)
    given: JsonObject = {"prompt": "At night", "video_url": source}

    result = run_node(bench.job("gemini_omni_flash_edit_video", given))

    assert result.seconds == pytest.approx(2.5, abs=0.001)


def test_a_video_made_over_has_other_colors(bench: Bench) -> None:
    source = film(bench, "green", seconds=1)
    given: JsonObject = {"prompt": "At night", "video_url": source}

    output = run_node(bench.job("gemini_omni_flash_edit_video", given)).output

    assert colors(bench.kept(first(output)))[0] != colors(bench.kept(source))[0]


def test_a_canceled_video_is_not_finished(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match="canceled"):
        run_node(bench.stopped_job("seedance_2_0", SMALL))
