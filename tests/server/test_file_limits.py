"""What a model says of the files that it takes is held against a file before it is uploaded."""

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from magica_mcp.api.client import MagicaClient
from magica_mcp.errors import InvalidInputError
from magica_mcp.models.catalog import ModelField
from magica_mcp.recognition import MediaFacts
from magica_mcp.server.file_limits import MEGABYTE, format_of, limits_of
from magica_mcp.server.media_inputs import MediaInputs
from tests.recognition import making
from tests.server.assistant import workspace_in

PICTURE = MediaFacts(".jpg", width=640, height=480)
FILM = MediaFacts(".mov", duration=12.4)


def require(said: dict[str, Any], facts: MediaFacts, size: int = 1000) -> None:
    field = ModelField.model_validate({"name": "image_urls", "type": "image", **said})
    limits_of(field).require("image_urls", facts, size=size)


@pytest.mark.parametrize(
    ("said", "facts", "size", "words"),
    [
        ({"maxSizeInMB": 10}, PICTURE, 11 * MEGABYTE, "up to 10 MB, and this one has 11.0 MB"),
        ({"maxSizeInMB": 0.5}, PICTURE, MEGABYTE, "up to 0.5 MB, and this one has 1.0 MB"),
        ({"allowedFormats": ["png", "webp"]}, PICTURE, 1, "webp, and this file is image/jpeg"),
        ({"allowedFormats": ["video/mp4"]}, FILM, 1, "this file is video/quicktime: convert it"),
        ({"maxDuration": 10}, FILM, 1, "up to 10 seconds, and this file has 12.4: cut it first"),
        ({"minDuration": 15}, FILM, 1, "at least 15 seconds, and this file has 12.4"),
    ],
)  # fmt: skip
def test_a_file_that_the_model_would_refuse_is_refused_before_it_is_uploaded(
    said: dict[str, Any], facts: MediaFacts, size: int, words: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        require(said, facts, size)

    assert str(refused.value).startswith("'image_urls' takes ")
    assert words in str(refused.value)
    assert str(refused.value).endswith("Nothing was uploaded.")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"maxSizeInMB": 10, "allowedFormats": ["JPG", "png"]},
        {"allowedFormats": [".jpeg"]},
        {"allowedFormats": ["image/*"]},
        {"allowedFormats": ["image/jpeg"]},
        {"allowedFormats": ["all"]},
        {"allowedFormats": "jpg, png", "maxSizeInMB": "ten", "maxDuration": None},
        {"allowedFormats": [], "maxSizeInMB": 0, "minDuration": True},
        {"maxDuration": 10},
    ],
)
def test_what_fits_or_is_not_understood_is_left_to_magica(said: dict[str, Any]) -> None:
    require(said, PICTURE)


@pytest.mark.parametrize("length", [12.4, 12.36])
def test_a_measured_length_may_miss_a_limit_by_a_hair(length: float) -> None:
    require({"maxDuration": length, "minDuration": length}, FILM)


@pytest.mark.parametrize(
    ("one", "other"), [("JPG", "image/jpeg"), (".mov", "video/quicktime"), ("mp3", "audio/mpeg")]
)
def test_a_format_has_one_name(one: str, other: str) -> None:
    assert format_of(one) == format_of(other)


async def test_a_file_that_is_too_large_for_its_input_does_not_leave_this_machine(
    http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(making.picture("PNG", width=64, height=32))
    client = MagicaClient(http)
    async with anyio.create_task_group() as saves:
        workspace = workspace_in(tmp_path, client, saves)
        schema = await client.model_schema("crop_image")
        fields = [
            ModelField.model_validate({**field.wire(), "maxSizeInMB": 0.00001})
            for field in schema.fields
        ]
        limited = schema.model_copy(update={"fields": tuple(fields)})

        with pytest.raises(InvalidInputError, match="'image_url' takes files of up to 1e-05 MB"):
            await MediaInputs(workspace).of_model(limited, {"image_url": "cat.png"})

        assert (await client.media_library()).items == ()
        workspace.journal.close()
