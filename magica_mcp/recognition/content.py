"""A file of which stretches are read as they are needed, however large it is."""

import io
import struct
from typing import Any, BinaryIO

SEARCHED_AT_ONCE = 1024 * 1024


class Content:
    """What a file holds; beyond its end there is nothing, and that is no error."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, io.SEEK_END)

    def read(self, at: int, length: int) -> bytes:
        """Up to so many bytes from a place on."""
        self.file.seek(max(0, at))
        return self.file.read(max(0, length))

    def last(self, length: int) -> bytes:
        """The end of the file."""
        return self.read(self.size - length, length)

    def starts(self, sign: bytes, at: int = 0) -> bool:
        """Whether these very bytes stand at a place."""
        return self.read(at, len(sign)) == sign

    def unpack(self, form: str, at: int) -> tuple[Any, ...]:
        """Numbers at a place. Raises `struct.error` where the file ends before them."""
        return struct.unpack(form, self.read(at, struct.calcsize(form)))

    def find(self, sign: bytes, at: int) -> int:
        """Where these bytes stand first from a place on; -1: nowhere."""
        while at < self.size:
            stretch = self.read(at, SEARCHED_AT_ONCE + len(sign) - 1)
            found = stretch.find(sign)
            if found >= 0:
                return at + found
            at += SEARCHED_AT_ONCE
        return -1
