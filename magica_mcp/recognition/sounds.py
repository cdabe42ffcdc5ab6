"""Sounds: WAV, Ogg, FLAC, MP3 and AAC, with their durations where the file says them plainly."""

import struct
from collections.abc import Callable, Mapping

from magica_mcp.recognition.content import Content
from magica_mcp.recognition.facts import MediaFacts, incomplete

UNKNOWN_LENGTH = 0xFFFFFFFF
"""What a WAV file says of its length when it was written as a stream."""

MOST_CHUNKS = 10_000
OPUS_RATE = 48_000


def read_wave(content: Content) -> MediaFacts | None:
    if not content.starts(b"RIFF") or not content.starts(b"WAVE", 8):
        return None
    form, sound = _chunk(content, b"fmt "), _chunk(content, b"data")
    if form is None or sound is None:
        raise incomplete("WAV")
    at, _ = form
    begin, length = sound
    rest = content.size - begin
    if length > rest and length != UNKNOWN_LENGTH:
        raise incomplete("WAV")
    try:
        (bytes_each_second,) = content.unpack("<I", at + 8)
    except struct.error as error:
        raise incomplete("WAV") from error
    duration = min(length, rest) / bytes_each_second if bytes_each_second else 0
    return MediaFacts(".wav", duration=round(duration, 3) or None)


def _chunk(content: Content, kind: bytes) -> tuple[int, int] | None:
    """Where the content of a chunk begins, and its length; None where there is none."""
    at = 12
    for _ in range(MOST_CHUNKS):
        if at + 8 > content.size:
            return None
        name, length = content.unpack("<4sI", at)
        if name == kind:
            return at + 8, length
        at += 8 + length + length % 2
    return None


# Ogg and FLAC ---------------------------------------------------------------------------------

OGG_PAGE = b"OggS"
OGG_HEAD = 27
LONGEST_PAGE = OGG_HEAD + 255 + 255 * 255


def read_ogg(content: Content) -> MediaFacts | None:
    if not content.starts(OGG_PAGE):
        return None
    last = _last_page(content)
    if last is None:
        raise incomplete("OGG")
    return MediaFacts(".ogg", duration=_ogg_seconds(content, last))


def _last_page(content: Content) -> int | None:
    """Where the page begins that ends with the file; None where the file ends within one."""
    stretch = content.last(LONGEST_PAGE)
    begin, at = content.size - len(stretch), stretch.rfind(OGG_PAGE)
    while at >= 0:
        head = stretch[at : at + OGG_HEAD]
        if len(head) == OGG_HEAD:
            lengths = stretch[at + OGG_HEAD : at + OGG_HEAD + head[26]]
            if at + OGG_HEAD + head[26] + sum(lengths) == len(stretch):
                return begin + at
        at = stretch.rfind(OGG_PAGE, 0, at)
    return None


def _ogg_seconds(content: Content, last_page: int) -> float | None:
    """By the position that the last page says it ends at, in samples."""
    (samples,) = content.unpack("<q", last_page + 6)
    first = content.read(OGG_HEAD + content.read(26, 1)[0], 20)
    rate = OPUS_RATE if first.startswith(b"OpusHead") else 0
    if first.startswith(b"\x01vorbis") and len(first) >= 16:
        (rate,) = struct.unpack_from("<I", first, 12)
    return round(samples / rate, 3) if rate and samples > 0 else None


def read_flac(content: Content) -> MediaFacts | None:
    """By its first block, which says the rate in 20 bits and the samples in 36."""
    if not content.starts(b"fLaC"):
        return None
    told = int.from_bytes(content.read(18, 8))
    if content.size <= 42:
        raise incomplete("FLAC")
    rate, samples = told >> 44, told & ((1 << 36) - 1)
    return MediaFacts(".flac", duration=round(samples / rate, 3) if rate and samples else None)


# MP3 and AAC: frames in a row, perhaps after a tag --------------------------------------------

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


def read_mp3(content: Content) -> MediaFacts | None:
    is_tagged = content.starts(b"ID3")
    is_known = _is_framed(content, _mp3_frame, name="MP3")
    if is_tagged and not is_known and not _is_framed(content, _aac_frame, name="AAC"):
        raise incomplete("MP3")
    return MediaFacts(".mp3") if is_known else None


def read_aac(content: Content) -> MediaFacts | None:
    return MediaFacts(".aac") if _is_framed(content, _aac_frame, name="AAC") else None


def _is_framed(content: Content, length_at: Callable[[bytes], int], *, name: str) -> bool:
    """Whether a frame begins where the sound does, and after it another one or the end."""
    is_tagged = content.starts(b"ID3")
    at = _after_tag(content) if is_tagged else 0
    length = length_at(content.read(at, 6))
    if not length:
        return False
    following = at + length
    if following > content.size:
        raise incomplete(name)
    is_last = following + 6 > content.size
    return is_tagged or is_last or bool(length_at(content.read(following, 6)))


def _after_tag(content: Content) -> int:
    """Where the sound begins: an ID3 tag says its size in four times seven bits."""
    size = 0
    for byte in content.read(6, 4):
        size = size << 7 | byte & 0x7F
    return 10 + size


def _mp3_frame(head: bytes) -> int:
    """Bytes of the layer III frame that begins so; 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3
    kilobits = KILOBITS[version == 3][head[2] >> 4]
    rate = RATES.get(version, (0,) * 4)[head[2] >> 2 & 3]
    samples = 144 if version == 3 else 72
    return samples * kilobits * 1000 // rate + (head[2] >> 1 & 1) if kilobits and rate else 0


def _aac_frame(head: bytes) -> int:
    """Bytes of the ADTS frame that begins so; 0 where none does."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0
