"""Sounds: WAV, Ogg and MP3, with their durations where the file says them plainly."""

import struct
from collections.abc import Mapping

from magica_mcp.local.recognition.facts import MediaFacts, incomplete

UNKNOWN_LENGTH = 0xFFFFFFFF
"""What a WAV file says of its length when it was written as a stream."""

OPUS_RATE = 48_000


def read_wave(content: bytes) -> MediaFacts | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    form, sound = _chunk(content, b"fmt "), _chunk(content, b"data")
    if form is None or sound is None:
        raise incomplete("WAV")
    at, _ = form
    begin, length = sound
    rest = len(content) - begin
    if length > rest and length != UNKNOWN_LENGTH:
        raise incomplete("WAV")
    try:
        (bytes_each_second,) = struct.unpack_from("<I", content, at + 8)
    except struct.error as error:
        raise incomplete("WAV") from error
    duration = min(length, rest) / bytes_each_second if bytes_each_second else 0
    return MediaFacts(".wav", duration=round(duration, 3) or None)


def _chunk(content: bytes, kind: bytes) -> tuple[int, int] | None:
    """Where the content of a chunk begins, and its length; None where there is none."""
    at = 12
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        if name == kind:
            return at + 8, length
        at += 8 + length + length % 2
    return None


def read_ogg(content: bytes) -> MediaFacts | None:
    if not content.startswith(b"OggS"):
        return None
    at = last = 0
    while at < len(content):
        if content[at : at + 4] != b"OggS" or at + 27 > len(content):
            raise incomplete("OGG")
        last, lengths = at, content[at + 27 : at + 27 + content[at + 26]]
        at += 27 + content[at + 26] + sum(lengths)
    if at > len(content):
        raise incomplete("OGG")
    return MediaFacts(".ogg", duration=_ogg_seconds(content, last))


def _ogg_seconds(content: bytes, last_page: int) -> float | None:
    """By the position that the last page says it ends at, in samples."""
    (samples,) = struct.unpack_from("<q", content, last_page + 6)
    first = content[27 + content[26] :][:20]
    rate = OPUS_RATE if first.startswith(b"OpusHead") else 0
    if first.startswith(b"\x01vorbis") and len(first) >= 16:
        (rate,) = struct.unpack_from("<I", first, 12)
    return round(samples / rate, 3) if rate and samples > 0 else None


# MP3 ------------------------------------------------------------------------------------------

KILOBITS: Mapping[bool, tuple[int, ...]] = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
"""Bit rates of layer III by their index; True for MPEG 1."""

RATES: Mapping[int, tuple[int, ...]] = {
    3: (44_100, 48_000, 32_000, 0),
    2: (22_050, 24_000, 16_000, 0),
    0: (11_025, 12_000, 8_000, 0),
}
"""Samples a second by version and index."""


def read_mp3(content: bytes) -> MediaFacts | None:
    is_tagged = content.startswith(b"ID3")
    at = _after_tag(content) if is_tagged else 0
    length = _frame_length(content, at)
    if length:
        following = at + length
        if following > len(content):
            raise incomplete("MP3")
        if following + 4 > len(content) or _frame_length(content, following) or is_tagged:
            return MediaFacts(".mp3")
    if is_tagged:
        raise incomplete("MP3")
    return None


def _after_tag(content: bytes) -> int:
    """Where the sound begins: an ID3 tag says its size in four times seven bits."""
    size = 0
    for byte in content[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _frame_length(content: bytes, at: int) -> int:
    """Bytes of the layer III frame that begins here; 0 where none does."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3
    kilobits = KILOBITS[version == 3][head[2] >> 4]
    rate = RATES.get(version, (0,) * 4)[head[2] >> 2 & 3]
    samples = 144 if version == 3 else 72
    return samples * kilobits * 1000 // rate + (head[2] >> 1 & 1) if kilobits and rate else 0
