"""Pictures: shrunk, upright, transparency made visible, and remarked on."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from magica_mcp.errors import UnshowableError
from magica_mcp.media.glimpse import Picture, Room
from magica_mcp.media.pictures import look_at_picture
from tests.media.making import scene
from tests.recognition.making import png_header

ROOM = Room()


def saved(image: Image.Image, folder: Path, form: str = "PNG", **how: Any) -> Path:
    path = folder / "picture"
    image.save(path, form, **how)
    return path


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content)).convert("RGB")


def color_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return found


def is_near(color: tuple[int, ...], wanted: tuple[int, ...], *, by: int = 40) -> bool:
    return all(abs(one - other) <= by for one, other in zip(color, wanted, strict=True))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
def test_a_large_picture_of_any_kind_fits_its_room(tmp_path: Path, form: str) -> None:
    path = saved(scene(3, size=(1700, 850)), tmp_path, form)

    seen = look_at_picture(path, room=ROOM)

    assert (seen.measured.width, seen.measured.height) == (1700, 850)
    assert seen.picture.width <= 1568
    assert seen.picture.width * seen.picture.height <= 1_150_000
    assert len(seen.picture.content) <= 450_000
    assert opened(seen.picture).size == (seen.picture.width, seen.picture.height)
    assert seen.remarks == ()


def test_what_does_not_compress_well_is_made_smaller_until_it_fits(tmp_path: Path) -> None:
    noise = Image.effect_noise((900, 900), 200).convert("RGB")

    seen = look_at_picture(saved(noise, tmp_path), room=Room(bytes=30_000))

    assert len(seen.picture.content) <= 30_000


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    seen = look_at_picture(saved(scene(1), tmp_path), room=ROOM)

    assert (seen.picture.width, seen.picture.height) == (96, 64)


def test_a_flat_drawing_stays_png_and_a_photograph_becomes_jpeg(tmp_path: Path) -> None:
    flat = Image.new("RGB", (300, 300), "white")
    flat.paste("#0040ff", (50, 50, 200, 200))
    photograph = Image.effect_noise((300, 300), 90).convert("RGB")
    photograph.paste(Image.radial_gradient("L").resize((200, 200)), (0, 0))
    photograph = Image.merge("RGB", (photograph.getchannel(0), *photograph.rotate(90).split()[1:]))

    kinds = [
        look_at_picture(saved(one, tmp_path), room=ROOM).picture.mime_type
        for one in (flat, photograph)
    ]

    assert kinds == ["image/png", "image/jpeg"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_picture_is_shown_upright(tmp_path: Path, form: str, orientation: int) -> None:
    upright = Image.new("RGB", (120, 60), "#202020")
    upright.paste("#ff0000", (0, 0, 60, 30))
    turns = {
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(turns[orientation]) if orientation in turns else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    seen = look_at_picture(saved(stored, tmp_path, form, exif=exif), room=ROOM)

    assert (seen.measured.width, seen.measured.height) == (120, 60)
    assert is_near(color_at(opened(seen.picture), 0.2, 0.2), (255, 0, 0))
    assert is_near(color_at(opened(seen.picture), 0.8, 0.8), (32, 32, 32))


def test_what_is_transparent_shows_a_checker(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.paste((200, 0, 0, 255), (30, 30, 70, 70))

    seen = look_at_picture(saved(clear, tmp_path), room=ROOM)

    shown = opened(seen.picture)
    assert "checker" in seen.shows
    assert is_near(color_at(shown, 0.5, 0.5), (200, 0, 0))
    assert {color_at(shown, 0.05, 0.05), color_at(shown, 0.15, 0.05)} == {(255,) * 3, (216,) * 3}
    assert seen.remarks == ()


def test_an_opaque_picture_with_alpha_is_shown_as_it_is(tmp_path: Path) -> None:
    seen = look_at_picture(saved(scene(1).convert("RGBA"), tmp_path), room=ROOM)

    assert seen.shows == "the picture"


@pytest.mark.parametrize(
    ("image", "remark"),
    [
        (Image.new("RGB", (50, 50), "#020303"), "It is all black."),
        (Image.new("RGB", (50, 50), "#ff8800"), "It is all one color, #ff8800."),
        (Image.new("L", (50, 50), 255), "It is all one color, #ffffff."),
        (Image.new("RGBA", (50, 50), (9, 9, 9, 0)), "It is transparent throughout."),
    ],
)
def test_a_picture_of_nothing_is_remarked_on(
    tmp_path: Path, image: Image.Image, remark: str
) -> None:
    assert look_at_picture(saved(image, tmp_path), room=ROOM).remarks == (remark,)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_way_of_storing_colors_is_shown(tmp_path: Path, mode: str) -> None:
    ramp = Image.linear_gradient("L")
    image = (
        ramp.convert("I;16").point(lambda value: value * 256)
        if mode == "I;16"
        else ramp.convert("RGB").convert(mode)
    )
    form = "TIFF" if mode == "CMYK" else "PNG"

    seen = look_at_picture(saved(image, tmp_path, form), room=ROOM)

    shown = opened(seen.picture)
    assert sum(color_at(shown, 0.5, 0.95)) > sum(color_at(shown, 0.5, 0.05)) + 300


def test_a_promise_of_2500_megapixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(50_000, 50_000))

    with pytest.raises(UnshowableError, match="too many pixels"):
        look_at_picture(path, room=ROOM)


def test_what_is_merely_too_large_says_how_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png_header(9_000, 5_000))

    with pytest.raises(UnshowableError, match="9,000 × 5,000 pixels are too many"):
        look_at_picture(path, room=ROOM)


def test_a_webp_may_be_less_large_since_it_takes_more_memory(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (16_383, 1_100)), tmp_path, "WEBP", method=0, quality=1)

    with pytest.raises(UnshowableError, match="16,383 × 1,100 pixels are too many"):
        look_at_picture(path, room=ROOM)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(tmp_path: Path, form: str, share: float) -> None:
    whole = saved(Image.effect_noise((200, 200), 80).convert("RGB"), tmp_path, form).read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(UnshowableError):
        look_at_picture(cut, room=ROOM)


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_of_thousands_of_frames_only_the_first_is_looked_at(tmp_path: Path, form: str) -> None:
    frames = [Image.new("RGB", (8, 8), (index % 256, 40, 90)) for index in range(2_000)]
    path = tmp_path / "long"
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=20)

    seen = look_at_picture(path, room=ROOM)

    assert is_near(color_at(opened(seen.picture), 0.5, 0.5), (0, 40, 90))
