"""What the calls of every noun share: the transport, the two ways, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from magica_mcp.api.operations import Operations
from magica_mcp.api.reading import answer_as
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, Transport

Shape = TypeVar("Shape")


@dataclass(frozen=True)
class Line:
    """The line to Magica; `clock` is in seconds and never goes back."""

    transport: Transport
    operations: Operations
    clock: Callable[[], float]

    async def get(self, path: str, shape: type[Shape], *, subject: Subject | None = None) -> Shape:
        """What a path without parameters answers."""
        return await self.transport.ask(Call("GET", path, subject=subject), answer_as(shape))
