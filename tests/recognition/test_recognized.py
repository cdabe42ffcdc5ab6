"""What a file is by its content."""

import io
from typing import Any

import pytest
from PIL import Image

from magica_mcp.errors import InvalidInputError
from magica_mcp.recognition import MediaFacts, recognized
from magica_mcp.recognition.kinds import KIND_OF
from magica_mcp.recognition.measuring import measured
from tests.recognition import making


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.read_bytes += len(found)
        return found


INDEX_SIZE = making.DOCX[-10:-6]
SOUND = ((0, 0),)
PICTURES = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP"}
PICTURES |= {".tif": "TIFF", ".avif": "AVIF"}


@pytest.mark.parametrize("extension", PICTURES)
def test_a_picture_is_known_with_its_size(extension: str) -> None:
    facts = recognized(making.picture(PICTURES[extension], width=32, height=24))

    assert facts == MediaFacts(extension, width=32, height=24)


@pytest.mark.parametrize(
    ("form", "extension", "how"),
    [
        ("JPEG", ".jpg", {"progressive": True}),
        ("WEBP", ".webp", {"lossless": True}),
        ("TIFF", ".tif", {"compression": "tiff_lzw"}),
        ("TIFF", ".tif", {"big_endian": True}),
        ("GIF", ".gif", {"save_all": True}),
    ],
)
def test_other_ways_of_saving_a_picture_are_known(
    form: str, extension: str, how: dict[str, Any]
) -> None:
    assert recognized(making.picture(form, **how)) == MediaFacts(extension, width=32, height=24)


def test_a_webp_with_transparency_is_known() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (33, 17), (1, 2, 3, 4)).save(file, "WEBP")

    assert recognized(file.getvalue()) == MediaFacts(".webp", width=33, height=17)


def test_a_photograph_may_carry_more_after_its_end() -> None:
    photo = making.picture("JPEG") + making.film((640, 360))

    assert recognized(photo) == MediaFacts(".jpg", width=32, height=24)


def test_the_promise_of_a_huge_picture_is_read_and_not_kept() -> None:
    facts = recognized(making.png_header(50_000, 50_000))

    assert facts.pixels == 2_500_000_000


@pytest.mark.parametrize(
    ("form", "codec", "extension"),
    [
        ("mp4", "libx264", ".mp4"),
        ("mov", "libx264", ".mov"),
        ("webm", "libvpx-vp9", ".webm"),
        ("mp3", "libmp3lame", ".mp3"),
        ("flac", "flac", ".flac"),
        ("adts", "aac", ".aac"),
        ("ipod", "aac", ".m4a"),
        ("ogg", "libopus", ".ogg"),
        ("wav", "pcm_s16le", ".wav"),
    ],
)
def test_what_real_encoders_write_is_known_and_measured(
    form: str, codec: str, extension: str
) -> None:
    content = making.encoded(form, codec)

    facts = measured(io.BytesIO(content), recognized(content))

    is_video = "64" if facts.kind.media_type == "video" else "None"
    assert (facts.extension, str(facts.width)) == (extension, is_video)
    assert facts.duration == pytest.approx(1, abs=0.1)


def test_what_no_decoder_can_read_stays_as_it_was_told() -> None:
    content = making.webm()

    assert measured(io.BytesIO(content), MediaFacts(".webm")) == MediaFacts(".webm")


def test_a_large_file_is_not_read_whole() -> None:
    file = Counting(making.film((640, 360)) + making.box(b"free", bytes(5_000_000)))

    assert recognized(file).extension == ".mp4"
    assert file.read_bytes < 10_000


@pytest.mark.parametrize(
    "content",
    [making.film((640, 360), samples=0), making.film((0, 0), samples=0), making.film()],
    ids=["no frames", "no sound", "no tracks"],
)
def test_a_video_without_frames_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="no frames and no sound"):
        recognized(content)


def test_a_video_that_comes_in_pieces_counts_its_frames_elsewhere() -> None:
    content = making.film((640, 360), samples=0, more=making.box(b"mvex"))

    assert recognized(content).extension == ".mp4"


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
        (making.flac(), MediaFacts(".flac", duration=2.0)),
        (making.flac(samples=0), MediaFacts(".flac")),
        (making.aac(), MediaFacts(".aac")),
        (making.aac(1), MediaFacts(".aac")),
        (making.ID3 + making.aac(), MediaFacts(".aac")),
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
    ".aac": making.aac(1),
    ".flac": making.flac()[:60],
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
        b"\xff\xd8\xff\xe0\0\x04no\0\0",
        b"\xff\xd8\xff\xd9\xff\xff\xd9",
        b"II*\0\x08\0\0\0\0\0",
        b"\x89PNG\r\n\x1a\n",
        making.png_header(0, 7),
        making.box(b"ftyp", b"avif") + making.box(b"meta"),
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
        making.DOCX.replace(INDEX_SIZE, b"\xff\xff\xff\x7f"),
        b"\x1aE\xdf\xa3\x8b\x42\x82\x88matroska",
        bytes(1000),
        b"BM is how a text may begin",
        b"BMW",
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
