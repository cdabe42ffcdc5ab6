"""What the calls of every noun share: the transport, the two ways, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from magica_mcp.api.operations import Operations
from magica_mcp.api.reading import Reply, answer_as
from magica_mcp.api.retry import Effect
from magica_mcp.api.subject import Subject
from magica_mcp.api.transport import Call, Transport
from magica_mcp.models.wire import JsonObject

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

    async def change(
        self,
        method: str,
        path: str,
        body: JsonObject,
        read: Callable[[Reply], Shape],
        *,
        subject: Subject | None = None,
    ) -> Shape:
        """What a change without a price answers; it is never sent again blindly."""
        call = Call(method, path, Effect.CHANGE, body=body, subject=subject)
        return await self.transport.ask(call, read)
