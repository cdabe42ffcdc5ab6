"""How names end: as the content is."""

import pytest

from magica_mcp.media.endings import ending_of, ending_of_text


@pytest.mark.parametrize(
    ("media_type", "url", "head", "wish", "ending"),
    [
        ("image/png", "https://a.test/x.jpg", b"", None, ".png"),
        ("image/jpeg", "https://a.test/x", b"", None, ".jpg"),
        ("image/jpeg", "https://a.test/x", b"", ".jpeg", ".jpeg"),
        ("image/png", "https://a.test/x", b"", ".jpg", ".png"),
        ("audio/x-wav", "https://a.test/x", b"", None, ".wav"),
        ("application/octet-stream", "https://a.test/x.glb?s=1", b"", None, ".glb"),
        (None, "https://a.test/x.MP4#t", b"", None, ".mp4"),
        (None, "https://a.test/x", b"\x89PNG\r\n\x1a\n", None, ".png"),
        (None, "https://a.test/x", b"RIFF\0\0\0\0WEBP", None, ".webp"),
        (None, "https://a.test/x", b"\0\0\0\x20ftypisom", None, ".mp4"),
        ("application/x-msdownload", "https://a.test/x.exe", b"MZ", ".exe", ".bin"),
        ("text/html", "https://a.test/x.html", b"<html>", None, ".bin"),
        ("image/png", "https://a.test/x", b"", ".exe", ".png"),
    ],
)
def test_a_file_ends_as_its_content_is(
    media_type: str | None, url: str, head: bytes, wish: str | None, ending: str
) -> None:
    assert ending_of(media_type, url=url, head=head, wish=wish) == ending


@pytest.mark.parametrize(
    ("text", "wish", "ending"),
    [
        ("As you wish.", None, ".txt"),
        ("# A story\n\nOnce", None, ".md"),
        ("- one\n- two", None, ".md"),
        ("plain", ".md", ".md"),
        ("# A story", ".txt", ".txt"),
        ('{"a": 1}', ".json", ".json"),
        ("plain", ".png", ".txt"),
    ],
)
def test_words_end_as_they_look_or_as_somebody_wishes(
    text: str, wish: str | None, ending: str
) -> None:
    assert ending_of_text(text, wish=wish) == ending
