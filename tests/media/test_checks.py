"""What came out against what was asked for: wrong is said, and nothing that is right."""

from itertools import product
from pathlib import Path

import pytest
from pydantic import JsonValue

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.nodes import run_node
from magica_mcp.local.nodes.films.shape import shape_of
from magica_mcp.local.nodes.sizes import size_of
from magica_mcp.media.checks import differences, missing
from magica_mcp.media.glimpse import Deadline, Glimpse, Measured, Room
from magica_mcp.media.looks import look
from magica_mcp.models.catalog import ModelField
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.runs import ModelRun, assets_of
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import CATALOG, Bench
from tests.media.making import film, scene, scenes, tone

SIZED = ("aspect_ratio", "resolution", "size", "image_size", "duration")


def image(width: int, height: int) -> Measured:
    return Measured("image", width, height)


def video(width: int, height: int, *, seconds: float = 5, has_sound: bool = True) -> Measured:
    return Measured("video", width, height, seconds=seconds, has_sound=has_sound)


@pytest.mark.parametrize(
    ("asked", "found", "said"),
    [
        (
            {"size": "1536x1024"},
            image(1024, 1024),
            "Asked for 1536 × 1024 pixels, got 1024 × 1024.",
        ),
        ({"image_size": {"width": 800, "height": 600}}, image(600, 800), "Asked for 800 × 600"),
        ({"aspect_ratio": "16:9"}, image(1024, 1024), "Asked for 16:9, got 1024 × 1024."),
        ({"image_size": "4:3"}, image(768, 1024), "Asked for 4:3, got 768 × 1024."),
        ({"resolution": "4K"}, image(1024, 1024), "Asked for 4K, got 1024 × 1024."),
        ({"resolution": "1080p"}, video(1280, 720), "Asked for 1080p, got 1280 × 720."),
        ({"resolution": "480p"}, video(1280, 720), "Asked for 480p, got 1280 × 720."),
        ({"duration": 10}, video(1280, 720), "Asked for 10.0 s, got 5.0 s."),
        ({"duration": "8s"}, video(1280, 720), "Asked for 8.0 s, got 5.0 s."),
        ({"music_length_ms": 90_000}, Measured("audio", seconds=30), "Asked for 1:30, got 30.0 s."),
        (
            {"generate_audio": True},
            video(1280, 720, has_sound=False),
            "It has no sound track, though generate_audio is on.",
        ),
        (
            {"aspect_ratio": "16:9", "image_url": "https://x/a.png"},
            video(720, 720),
            "it may follow the picture that was given.",
        ),
    ],
)
def test_what_is_other_than_asked_is_said(asked: JsonObject, found: Measured, said: str) -> None:
    told = differences(asked, found)

    assert len(told) == 1
    assert said in told[0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"aspect_ratio": "auto", "resolution": "1K", "size": "Auto"}, image(1500, 700)),
        ({"aspect_ratio": "16:9", "resolution": "1K"}, image(1376, 768)),
        ({"aspect_ratio": "21:9", "resolution": "720p"}, video(1470, 630)),
        ({"aspect_ratio": "1:1", "resolution": "720p"}, video(960, 960)),
        ({"aspect_ratio": "16:9", "resolution": "480p"}, video(864, 496)),
        ({"resolution": "540p"}, video(960, 544)),
        ({"resolution": "4k"}, video(3840, 2160)),
        ({"size": "2048x1152"}, image(2048, 1152)),
        ({"size": "square_hd"}, image(1024, 1024)),
        ({"duration": "auto", "generate_audio": False}, video(1280, 720, has_sound=False)),
        ({"duration": 5}, video(1280, 720, seconds=5.04)),
        ({"duration": 30}, Measured("audio", seconds=30.7)),
        ({"duration": True, "resolution": None, "aspect_ratio": "0:0"}, video(10, 10)),
        ({"aspect_ratio": "16:9", "duration": 5}, Measured("image")),
        ({}, video(1, 1)),
    ],
)
def test_what_is_right_or_was_left_open_is_not_said(asked: JsonObject, found: Measured) -> None:
    assert differences(asked, found) == ()


@pytest.mark.parametrize(
    ("asked", "count", "said"),
    [
        ({"num_images": 4}, 3, ("Asked for 4 pictures, got 3.",)),
        ({"n": 2}, 1, ("Asked for 2 pictures, got 1.",)),
        ({"num_images": 1}, 1, ()),
        ({"num_images": 1}, 4, ()),
        ({"n": True}, 0, ()),
        ({}, 0, ()),
    ],
)
def test_fewer_pictures_than_asked_for_are_missed(
    asked: JsonObject, count: int, said: tuple[str, ...]
) -> None:
    assert missing(asked, count) == said


# No false alarms ------------------------------------------------------------------------------


def modes() -> list[str]:
    """Every way of running every model."""
    return [
        mode
        for model in load_catalog().models()
        for mode in ([m.sub_model_id for m in model.sub_models] or [model.node_type])
    ]


def choices(field: ModelField) -> list[JsonValue]:
    if field.options:
        return list(field.options)
    return [value for value in (field.min, field.max, field.default) if value is not None]


@pytest.mark.parametrize("mode", modes())
def test_whatever_local_previews_measure_is_as_asked(mode: str) -> None:
    schema, ref = CATALOG.schema(mode), CATALOG.resolve(mode)
    kind = CATALOG.kind(ref.node_type, sub_model_id=ref.sub_model_id)
    sized = [field for field in schema.fields if field.name in SIZED]
    for values in product(*(choices(field) for field in sized)):
        asked: JsonObject = {field.name: value for field, value in zip(sized, values, strict=True)}
        if "video" in kind:
            shape = shape_of(asked)
            size, seconds = shape.size, float(shape.seconds)
            found = video(size.width, size.height, seconds=seconds)
        else:
            size = size_of(asked)
            found = image(size.width, size.height)

        assert differences(asked, found) == (), (mode, asked)


@pytest.mark.parametrize(
    ("mode", "given"),
    [
        ("nano-banana-2-text", {"prompt": "a fox", "resolution": "512", "num_images": 2}),
        ("gpt-image-2-text", {"prompt": "a fox", "background": "Transparent", "n": 1}),
        ("flux-2-pro-text", {"prompt": "a fox", "image_size": "16:9"}),
        ("nano-banana-2-edit", {"prompt": "bluer", "image_urls": ["PICTURE"], "resolution": "512"}),
        ("background_remover", {"image_url": "PICTURE"}),
        ("topaz_upscale", {"image_url": "PICTURE"}),
        ("crop_image", {"image_url": "PICTURE", "width_percent": 50}),
        (
            "grok-imagine-video-text-to-video",
            {"prompt": "a fox", "resolution": "480p", "duration": 1},
        ),
        ("gemini_omni_flash_edit_video", {"prompt": "bluer", "video_url": "FILM"}),
        ("merge_videos", {"video_urls": ["FILM", "FILM"]}),
        ("elevenlabs_music", {"prompt": "calm", "duration": 5}),
        ("elevenlabs_sound_effects", {"prompt": "rain", "duration": 2}),
        ("elevenlabs_sound_effects", {"prompt": "a door slams", "duration": 5}),
        ("elevenlabs_tts", {"text": "The quick brown fox jumps."}),
    ],
)
def test_a_local_preview_of_each_kind_passes_without_a_remark(
    bench: Bench, tmp_path: Path, mode: str, given: JsonObject
) -> None:
    run = run_of(bench, tmp_path, mode, given)

    assets = assets_of(run)
    assert assets
    for number, asset in enumerate(assets):
        path = tmp_path / f"{number}"
        path.write_bytes(bench.kept(asset.url.removeprefix("http://")))
        seen: Glimpse = look(path, room=Room(), deadline=Deadline.after(60))

        assert (*seen.remarks, *differences(run.input, seen.measured)) == ()
        assert missing(run.input, len(assets)) == ()


def run_of(bench: Bench, tmp_path: Path, mode: str, given: JsonObject) -> ModelRun:
    """A completed run of a model, its files by "http://media:<name>"."""
    picture = bench.keep(scene(2, size=(300, 200)))
    moving = film(tmp_path / "moving.mp4", scenes(35), sound=tone(3.5))
    name = bench.media.name_for("earlier", "film", 0, extension=".mp4")
    stand_ins = {"PICTURE": picture, "FILM": bench.media.write(name, moving.read_bytes())}
    filled: JsonObject = {
        name: [stand_ins[str(each)] for each in value]
        if isinstance(value, list)
        else stand_ins.get(str(value), value)
        for name, value in given.items()
    }
    job = bench.job(mode, filled)
    output = run_node(job).output
    return ModelRun.model_validate(
        {
            "id": "run",
            "status": "COMPLETED",
            "nodeType": job.node_type,
            "input": checked(CATALOG.schema(mode), filled, media=MediaForm.REFERENCE),
            "output": {key: _with_addresses(value) for key, value in output.items()},
        }
    )


def _with_addresses(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_with_addresses(each) for each in value]
    return f"http://{value}" if isinstance(value, str) and value.startswith("media:") else value
