"""Picture files: read with care, written with a mark."""

import io
import struct
import zlib

import pytest
from PIL import Image

from magica_mcp.errors import NodeFailedError
from magica_mcp.local.nodes.pictures import FORMATS, encoded, format_named, opened


def file_of(image: Image.Image, form: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG that claims a size, and has nothing of it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize(
    ("mode", "form", "read_as", "written_as"),
    [
        ("RGB", "PNG", "RGB", "PNG"),
        ("RGBA", "PNG", "RGBA", "PNG"),
        ("L", "JPEG", "L", "JPEG"),
        ("CMYK", "JPEG", "RGB", "JPEG"),
        ("RGB", "WEBP", "RGB", "WEBP"),
        ("P", "GIF", "RGB", "PNG"),
        ("RGB", "BMP", "RGB", "PNG"),
        ("I;16", "PNG", "RGB", "PNG"),
        ("1", "TIFF", "RGB", "PNG"),
    ],
)
def test_pictures_of_many_kinds_are_read(
    mode: str, form: str, read_as: str, written_as: str
) -> None:
    image, kept = opened(file_of(Image.new(mode, (8, 6)), form))

    assert (image.mode, image.size, kept.name) == (read_as, (8, 6), written_as)


def test_sixteen_bits_of_gray_keep_their_tone() -> None:
    image, _ = opened(file_of(Image.new("I;16", (4, 4), 32768), "PNG"))

    assert image.getpixel((0, 0)) == (128, 128, 128)


def test_a_picture_from_a_camera_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter

    image, _ = opened(file_of(Image.new("RGB", (8, 6)), "JPEG", exif=exif))

    assert image.size == (6, 8)


@pytest.mark.parametrize("content", [b"", b"hello", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NodeFailedError, match="not a picture that can be read"):
        opened(content)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_that_is_cut_off_is_refused(form: str) -> None:
    whole = file_of(Image.effect_noise((64, 64), 50).convert("RGB"), form)

    with pytest.raises(NodeFailedError, match="picture"):
        opened(whole[: len(whole) // 2])


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (10_500, 10_000)])
def test_a_huge_picture_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    with pytest.raises(NodeFailedError, match="over 100 megapixels"):
        opened(png_claiming(width, height))


@pytest.mark.parametrize(
    ("name", "found"),
    [("PNG", "PNG"), ("jpeg", "JPEG"), ("JPG", "JPEG"), ("WebP", "WEBP"), (None, "PNG")],
)
def test_a_format_is_known_in_any_case(name: str | None, found: str) -> None:
    assert format_named(name).name == found


@pytest.mark.parametrize("form", FORMATS.values())
def test_a_mark_is_found_in_the_file(form: object) -> None:
    assert isinstance(form, type(FORMATS["PNG"]))

    content = encoded(Image.new("RGB", (8, 8)), form, marks={"Prompt": "Zürich <fox> & co\n"})

    assert "Zürich ".encode() in content
    assert Image.open(io.BytesIO(content)).format == form.name


def test_what_shone_through_is_white_in_a_jpeg() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))

    image = Image.open(io.BytesIO(encoded(clear, FORMATS["JPEG"])))

    assert image.getpixel((4, 4)) == (255, 255, 255)
