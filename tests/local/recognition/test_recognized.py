"""What a file is by its content."""

import pytest

from magica_mcp.errors import InvalidInputError
from magica_mcp.local.formats import KIND_OF
from magica_mcp.local.recognition import MediaFacts, recognized
from tests.local.recognition import making

SOUND = ((0, 0),)
PICTURES = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP"}
PICTURES |= {".tif": "TIFF", ".avif": "AVIF"}


@pytest.mark.parametrize("extension", PICTURES)
def test_a_picture_is_known_with_its_size(extension: str) -> None:
    facts = recognized(making.picture(PICTURES[extension], width=32, height=24))

    assert facts == MediaFacts(extension, width=32, height=24)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (making.film((0, 0), (640, 360)), MediaFacts(".mp4", 640, 360, 2.0)),
        (making.film((640, 360), version=1), MediaFacts(".mp4", 640, 360, 2.0)),
        (making.film((640, 360), brand=b"qt  "), MediaFacts(".mov", 640, 360, 2.0)),
        (making.film((640, 360), seconds=0), MediaFacts(".mp4", 640, 360)),
        (making.film(*SOUND, brand=b"M4A "), MediaFacts(".m4a", duration=2.0)),
        (making.film(*SOUND), MediaFacts(".m4a", duration=2.0)),
        (making.webm(), MediaFacts(".webm")),
        (making.live_webm(), MediaFacts(".webm")),
    ],
)
def test_a_video_is_known_with_its_size_and_duration(content: bytes, facts: MediaFacts) -> None:
    assert recognized(content) == facts


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (making.sound(0.5), MediaFacts(".wav", duration=0.5)),
        (making.ogg(), MediaFacts(".ogg", duration=2.0)),
        (making.ogg(making.VORBIS, samples=88_200), MediaFacts(".ogg", duration=2.0)),
        (making.ogg(b"Speex"), MediaFacts(".ogg")),
        (making.mp3(), MediaFacts(".mp3")),
        (making.mp3(1), MediaFacts(".mp3")),
        (making.mp3(tag=making.ID3), MediaFacts(".mp3")),
    ],
)
def test_a_sound_is_known(content: bytes, facts: MediaFacts) -> None:
    assert recognized(content) == facts


def test_a_wav_file_written_as_a_stream_lasts_as_long_as_it_is() -> None:
    content = making.sound(0.5).replace(b"data\x40\x1f\0\0", b"data\xff\xff\xff\xff")

    assert recognized(content).duration == 0.5


@pytest.mark.parametrize(
    ("content", "extension"),
    [(making.PDF, ".pdf"), (making.DOCX, ".docx"), (making.PPTX, ".pptx")],
)
def test_a_document_is_known(content: bytes, extension: str) -> None:
    assert recognized(content) == MediaFacts(extension)


WHOLE = {
    **{extension: making.picture(form) for extension, form in PICTURES.items()},
    ".mp4": making.film((640, 360)),
    ".m4a": making.film(*SOUND),
    ".webm": making.webm(),
    ".wav": making.sound(),
    ".ogg": making.ogg(),
    ".mp3": making.mp3(1),
    ".pdf": making.PDF,
    ".docx": making.DOCX,
}


@pytest.mark.parametrize("extension", WHOLE)
def test_a_file_that_ends_too_early_is_refused(extension: str) -> None:
    content = WHOLE[extension]

    with pytest.raises(InvalidInputError, match=r"incomplete|damaged|not a picture"):
        recognized(content[: len(content) * 3 // 5])


@pytest.mark.parametrize(
    "content",
    [
        making.box(b"ftyp", b"isom"),
        making.box(b"ftyp", b"isom") + making.box(b"moov"),
        making.box(b"ftyp", b"isom") + making.box(b"moov", making.box(b"mvhd")),
        making.box(b"ftyp", b"isom") + b"\0\0\0\2moov",
        b"\x1aE\xdf\xa3\x87\x42\x82\x84webm",
        b"\x1aE\xdf\xa3\x87\x42\x82\x84webm\x18S\x80g",
        b"RIFF\x04\0\0\0WAVE",
        b"RIFF\x04\0\0\0WAVEfmt \0\0\0\0data\0\0\0\0",
        making.ID3 + b"no sound",
        b"PK\x03\x04 and nothing more",
    ],
)
def test_a_file_without_its_main_part_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="incomplete or damaged"):
        recognized(content)


@pytest.mark.parametrize(
    "content",
    [
        b"Just a text.",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\0" + bytes(100),
        b"\xff\xfb\x90\x00" + bytes(500),
        making.box(b"ftyp", b"heic") + bytes(64),
        making.office("xl/workbook.xml"),
        b"\x1aE\xdf\xa3\x8b\x42\x82\x88matroska",
        bytes(1000),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_would_do(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"of no kind that can be used.*PNG.*MP4.*MP3.*PDF"):
        recognized(content)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="is empty"):
        recognized(b"")


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_whatever_is_recognized_can_be_kept_and_sent(content: bytes) -> None:
    assert recognized(content).extension in KIND_OF
