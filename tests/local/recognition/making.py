"""Small files of each kind, made by hand."""

import io
import struct
import wave
import zipfile

from PIL import Image


def picture(form: str, *, width: int = 32, height: int = 24) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 64).convert("RGB").save(file, form)
    return file.getvalue()


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def movie_header(seconds: float, *, version: int = 0) -> bytes:
    times = struct.pack(">II", 1000, round(seconds * 1000))
    if version == 1:
        times = struct.pack(">IQ", 1000, round(seconds * 1000))
    return box(b"mvhd", bytes([version, 0, 0, 0]) + bytes(16 if version else 8) + times + bytes(80))


def track(width: int, height: int) -> bytes:
    size = struct.pack(">II", width << 16, height << 16)
    return box(b"trak", box(b"tkhd", bytes(76) + size))


def film(*tracks: tuple[int, int], brand: bytes = b"isom", seconds: float = 2, **how: int) -> bytes:
    movie = movie_header(seconds, **how) + b"".join(track(*size) for size in tracks)
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", movie) + long_box(b"mdat", bytes(64))


def webm(*, cut: int = 0) -> bytes:
    head = b"\x42\x82\x84webm"
    content = bytes(64)
    segment = b"\x18S\x80g" + struct.pack(">Q", 1 << 56 | len(content)) + content
    return (b"\x1aE\xdf\xa3" + bytes([0x80 | len(head)]) + head + segment)[: -cut or None]


def live_webm() -> bytes:
    """One of a length that was not known when it began."""
    head = b"\x42\x82\x84webm"
    return b"\x1aE\xdf\xa3" + bytes([0x80 | len(head)]) + head + b"\x18S\x80g\xff" + bytes(64)


def sound(seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(round(seconds * 8000) * 2))
    return file.getvalue()


def ogg_page(content: bytes, *, samples: int = 0) -> bytes:
    head = b"OggS\0\0" + struct.pack("<qIII", samples, 1, 0, 0) + bytes([1, len(content)])
    return head + content


def ogg(first: bytes = b"OpusHead" + bytes(11), *, samples: int = 96_000) -> bytes:
    return ogg_page(first) + ogg_page(b"sound", samples=samples)


VORBIS = b"\x01vorbis" + bytes(5) + struct.pack("<I", 44_100) + bytes(14)


def mp3(frames: int = 3, *, tag: bytes = b"") -> bytes:
    """Frames of 128 kbit/s at 44,100 Hz, which are 417 bytes long."""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames


ID3 = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)


def office(part: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return file.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX, PPTX = office("word/document.xml"), office("ppt/presentation.xml")
