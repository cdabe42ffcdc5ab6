"""Image models as previews."""

import pytest
from PIL import Image, ImageChops, ImageStat
from pydantic import JsonValue

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes import run_node
from magica_mcp.models.wire import JsonObject
from tests.local.nodes.bench import Bench

SMALL: JsonObject = {"prompt": "A red kite", "resolution": "512"}


def first(output: JsonObject) -> str:
    """The reference of the first picture."""
    results = output["result"]
    assert isinstance(results, list)
    return str(results[0])


def test_a_picture_has_the_size_and_format_that_was_asked_for(bench: Bench) -> None:
    given: JsonObject = {**SMALL, "aspect_ratio": "16:9", "output_format": "webp"}

    picture = bench.picture(first(run_node(bench.job("nano-banana-2-text", given)).output))

    assert (picture.size, picture.format) == ((680, 384), "WEBP")


def test_the_facts_are_those_of_the_file(bench: Bench) -> None:
    output = run_node(bench.job("nano-banana-2-text", SMALL)).output

    assert output["provider"] == "local"
    assert output["resultMetadata"] == [
        {
            "size": len(bench.kept(first(output))),
            "width": 512,
            "height": 512,
            "modelId": "nano-banana-2-text",
            "mimeType": "image/png",
            "mediaType": "image",
        }
    ]


def test_the_charge_is_the_estimate(bench: Bench) -> None:
    assert run_node(bench.job("nano-banana-2-text", SMALL)).microcredits is None


def test_the_same_input_gives_the_same_bytes(bench: Bench) -> None:
    once = run_node(bench.job("nano-banana-2-text", SMALL, run_id="one")).output
    again = run_node(bench.job("nano-banana-2-text", SMALL, run_id="two")).output

    assert first(once) != first(again)
    assert bench.kept(first(once)) == bench.kept(first(again))


@pytest.mark.parametrize("change", [{"prompt": "A blue kite"}, {"seed": 1}, {"seed": 2}])
def test_another_prompt_or_seed_gives_another_picture(bench: Bench, change: JsonObject) -> None:
    once = run_node(bench.job("nano-banana-2-text", SMALL, run_id="one")).output
    other = run_node(bench.job("nano-banana-2-text", {**SMALL, **change}, run_id="two")).output

    assert bench.kept(first(once)) != bench.kept(first(other))


def test_several_pictures_differ(bench: Bench) -> None:
    output = run_node(bench.job("nano-banana-2-text", {**SMALL, "num_images": 3})).output

    results, metadata = output["result"], output["resultMetadata"]
    assert isinstance(results, list)
    assert isinstance(metadata, list)
    assert len({bench.kept(result) for result in results}) == len(metadata) == 3


def test_the_file_says_what_it_is(bench: Bench) -> None:
    output = run_node(bench.job("nano-banana-2-text", {**SMALL, "seed": 7})).output

    assert bench.picture(first(output)).info == {
        "Software": "Magica local preview",
        "Model": "nano-banana-2-text",
        "Seed": "7",
        "Prompt": "A red kite",
    }


def test_an_edit_shows_the_given_picture_in_another_light(bench: Bench) -> None:
    half = Image.new("RGB", (300, 200), "white")
    half.paste("black", (0, 0, 150, 200))
    given: JsonObject = {**SMALL, "image_urls": [bench.keep(half)]}

    picture = bench.picture(first(run_node(bench.job("nano-banana-2-edit", given)).output))
    left, right = (picture.crop(box).convert("L") for box in ((0, 0, 250, 200), (375, 0, 624, 200)))

    assert picture.size == (624, 416)
    assert ImageStat.Stat(right).mean[0] > ImageStat.Stat(left).mean[0] + 60
    plain = half.resize(picture.size)
    assert ImageChops.difference(picture.convert("RGB"), plain).getbbox() is not None


def test_gpt_image_takes_its_own_field_for_pictures(bench: Bench) -> None:
    given: JsonObject = {
        "prompt": "At night",
        "uploadedImages": [bench.keep(Image.new("RGB", (9, 9)))],
    }

    picture = bench.picture(first(run_node(bench.job("gpt-image-2-edit", given)).output))

    assert picture.size == (1024, 1024)


def test_a_transparent_background_is_transparent(bench: Bench) -> None:
    given: JsonObject = {"prompt": "A sticker", "background": "transparent"}

    picture = bench.picture(first(run_node(bench.job("gpt-image-2-text", given)).output))

    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_transparent_jpeg_is_refused(bench: Bench) -> None:
    given: JsonObject = {"prompt": "A", "background": "Transparent", "output_format": "JPEG"}

    with pytest.raises(NodeFailedError, match="needs PNG or WebP"):
        run_node(bench.job("gpt-image-2-text", given))


def test_a_run_that_was_canceled_draws_nothing(bench: Bench) -> None:
    with pytest.raises(NodeFailedError, match="canceled"):
        run_node(bench.stopped_job("nano-banana-2-text", SMALL))


def test_an_input_that_is_no_picture_fails_with_a_sentence(bench: Bench) -> None:
    name = bench.media.name_for("earlier", "node", 0, extension=".png")
    given: JsonObject = {**SMALL, "image_urls": [bench.media.write(name, b"not a picture")]}

    with pytest.raises(NodeFailedError) as failed:
        run_node(bench.job("nano-banana-2-edit", given))

    assert "Give a PNG, JPEG or WebP file" in failed.value.user_message


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * 50_000,
        "word " * 5_000,
        "Тихое лесное озеро на рассвете",
        "静かな湖",
        "🦊🌲",
        "a\0b\x1b[31m\ud800",
        "   ",
        "Portrait of a woman",
        "Tokyo at night",
        "A bowl of fruit",
        "A rose",
        "A mountain",
    ],
)
def test_any_prompt_can_be_drawn(bench: Bench, prompt: str) -> None:
    given: JsonObject = {"prompt": prompt, "resolution": "512"}

    picture = bench.picture(first(run_node(bench.job("nano-banana-2-text", given)).output))

    assert len(picture.getcolors(1 << 24) or []) > 100


@pytest.mark.parametrize(
    "prompt", ["A mountain", "The sea", "Tokyo", "A bowl", "A rose", "Portrait of a woman"]
)
@pytest.mark.parametrize("size", [{"width": 2048, "height": 256}, {"width": 256, "height": 2048}])
def test_each_scene_can_be_drawn_in_any_shape(
    bench: Bench, prompt: str, size: dict[str, JsonValue]
) -> None:
    given: JsonObject = {"prompt": prompt, "image_size": size}

    picture = bench.picture(first(run_node(bench.job("flux-2-pro-text", given)).output))

    assert picture.size == (size["width"], size["height"])
    assert len(picture.getcolors(1 << 24) or []) > 100
