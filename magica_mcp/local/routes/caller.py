"""Who asks, and what a route needs to answer: one value, handed to each of them."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from magica_mcp.errors import InvalidInputError, UnauthorizedError
from magica_mcp.local.auth import Pass
from magica_mcp.local.dialect import Dialect
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.routes.shapes import Shapes
from magica_mcp.local.store.accounts import Account

LARGEST_PAGE, LAST_PAGE = 100, 1_000_000

PageNumber = Annotated[int, Query(ge=1, le=LAST_PAGE)]
Size = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@dataclass(frozen=True)
class Caller:
    """An authenticated request: its account, and how its answers are to look."""

    magica: LocalMagica
    account: Account
    shapes: Shapes
    owns_home: bool


def magica_of(request: Request) -> LocalMagica:
    magica: LocalMagica = request.app.state.magica
    return magica


async def caller_of(request: Request) -> Caller:
    found = getattr(request.state, "pass", None)
    if not isinstance(found, Pass):
        raise UnauthorizedError("This needs a key.")
    dialect: Dialect = request.app.state.dialect
    origin = str(request.base_url).rstrip("/")
    return Caller(
        magica=magica_of(request),
        account=found.account,
        shapes=Shapes(origin=origin, dialect=dialect),
        owns_home=found.owns_home,
    )


async def owner_of(request: Request) -> Caller:
    """The caller, when it holds the token of this home."""
    caller = await caller_of(request)
    if not caller.owns_home:
        raise UnauthorizedError("This needs the token of this home.")
    return caller


@dataclass(frozen=True)
class Paging:
    """Which part of a list is wanted (magica-contract 8).

    A cursor is a page, its size and, in long lists, the last item of the page before.
    """

    page: int
    size: int
    after: str | None = None


async def paging_of(
    page: PageNumber = 1,
    page_size: Annotated[Size, Query(alias="pageSize")] = 20,
    limit: Size | None = None,
    cursor: str | None = None,
) -> Paging:
    return read_cursor(cursor) if cursor else Paging(page=page, size=limit or page_size)


def read_cursor(cursor: str) -> Paging:
    found = re.fullmatch(r"([0-9]{1,7})-([0-9]{1,3})(?:-([0-9a-z]{1,40}))?", cursor)
    page, size = map(int, found.group(1, 2)) if found else (0, 0)
    if not (0 < page <= LAST_PAGE + 1 and 0 < size <= LARGEST_PAGE):
        raise InvalidInputError(
            f"'{cursor}' is not a cursor of this list. Pass nextCursor of the answer before, or "
            "leave it out to begin again."
        )
    return Paging(page=page, size=size, after=found[3] if found else None)


def cursor_after(paging: Paging, *, last: str | None = None) -> str:
    """The cursor of the next page; `last` is the last item of this one."""
    return "-".join(filter(None, (str(paging.page + 1), str(paging.size), last)))


Asking = Annotated[Caller, Depends(caller_of)]
Owning = Annotated[Caller, Depends(owner_of)]
Paged = Annotated[Paging, Depends(paging_of)]
