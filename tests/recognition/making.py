"""Small files of each kind, made by hand."""

import hashlib
import io
import struct
import wave
import zipfile
import zlib
from fractions import Fraction
from typing import Any

import av
from PIL import Image


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def picture(form: str, *, width: int = 32, height: int = 24, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 64).convert("RGB").save(file, form, **how)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A picture that is nothing but a promise of this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_of_it = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + sum_of_it

    head = chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def movie_header(seconds: float, *, version: int = 0) -> bytes:
    times = struct.pack(">II", 1000, round(seconds * 1000))
    if version == 1:
        times = struct.pack(">IQ", 1000, round(seconds * 1000))
    return box(b"mvhd", bytes([version, 0, 0, 0]) + bytes(16 if version else 8) + times + bytes(80))


def track(width: int, height: int, *, samples: int = 10) -> bytes:
    size = struct.pack(">II", width << 16, height << 16)
    counted = box(b"stsz", bytes(8) + struct.pack(">I", samples))
    table = box(b"mdia", box(b"minf", box(b"stbl", counted)))
    return box(b"trak", box(b"tkhd", bytes(76) + size) + table)


def film(
    *tracks: tuple[int, int],
    brand: bytes = b"isom",
    seconds: float = 2,
    samples: int = 10,
    more: bytes = b"",
    **how: int,
) -> bytes:
    """A film whose tracks have these sizes; of the size 0, 0 where they are of sound."""
    listed = b"".join(track(*size, samples=samples) for size in tracks)
    movie = movie_header(seconds, **how) + listed + more
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


def flac(*, samples: int = 88_200) -> bytes:
    """Only its first block, and what stands for its sound."""
    told = (44_100 << 44) | samples
    return b"fLaC\x80\0\0\x22" + bytes(10) + told.to_bytes(8) + bytes(80)


def aac(frames: int = 3) -> bytes:
    """ADTS frames of 64 bytes."""
    return (b"\xff\xf1\x50\x80\x08\x1f\xfc" + bytes(57)) * frames


def encoded(form: str, codec: str, *, seconds: int = 1) -> bytes:
    """A file as a real encoder writes it: 64 × 48 pixels, or silence."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        if codec in {"libx264", "libvpx-vp9"}:
            video = made.add_stream(codec, rate=Fraction(10))
            assert isinstance(video, av.VideoStream)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            for _ in range(10 * seconds):
                made.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
            made.mux(video.encode())
        else:
            sound = made.add_stream(codec, rate=44_100 if codec != "libopus" else 48_000)
            assert isinstance(sound, av.AudioStream)
            _silence(made, sound, seconds=seconds)
    return file.getvalue()


def _silence(made: av.container.OutputContainer, sound: av.AudioStream, *, seconds: int) -> None:
    size = sound.codec_context.frame_size or 1024
    for position in range(0, sound.rate * seconds, size):
        frame = av.AudioFrame(sound.format.name, sound.layout.name, size)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = sound.rate, position
        made.mux(sound.encode(frame))
    made.mux(sound.encode())


def office(part: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return file.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX, PPTX = office("word/document.xml"), office("ppt/presentation.xml")
