"""A file that arrives packed, unpacked piece by piece, so that a small one cannot fill the memory.

We ask for files as they are; some hosts pack them all the same.
"""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from magica_mcp.errors import UnreadableAnswerError

LARGEST_PIECE = 1_048_576
PLAIN = frozenset({"", "identity"})
PACKED = frozenset({"gzip", "x-gzip", "deflate"})

_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


async def unpacked(parts: AsyncIterator[bytes], *, encoding: str) -> AsyncGenerator[bytes, None]:
    """The content of a body with this Content-Encoding, in pieces of at most a megabyte.

    Raises:
        UnreadableAnswerError: it is packed in another way, or damaged.
    """
    how = encoding.strip().lower()
    if how in PLAIN:
        async for part in parts:
            yield part
        return
    if how not in PACKED:
        raise UnreadableAnswerError(f"The file arrives packed as '{encoding}', which is not read.")
    unpacking = _Unpacking()
    async for part in parts:
        for piece in unpacking.feed(part):
            yield piece
    unpacking.end()


class _Unpacking:
    """The state of one body; a gzip file may be several, one after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_ZLIB_OR_GZIP)

    def feed(self, part: bytes) -> Iterator[bytes]:
        try:
            while part:
                if self._member.eof:
                    self._member = zlib.decompressobj(_ZLIB_OR_GZIP)
                yield self._member.decompress(part, LARGEST_PIECE)
                part = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise UnreadableAnswerError("The file arrives damaged: try again.") from error

    def end(self) -> None:
        if not self._member.eof:
            raise UnreadableAnswerError("The file arrives cut off: try again.")
