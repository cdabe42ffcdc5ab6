"""The key of a request is seen by all that it leads to, and by nothing else."""

from types import SimpleNamespace
from typing import Any

import pytest

from magica_mcp.server.keys import current_key, with_key_of_request


def a_request(authorization: str | None) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    return SimpleNamespace(request=SimpleNamespace(headers=headers))


async def seen(_: Any) -> Any:
    return {"key": current_key()}


@pytest.mark.parametrize(("authorization", "key"), [("Bearer gx_one", "gx_one"), (None, None)])
async def test_a_request_sees_its_key_and_leaves_none(
    authorization: str | None, key: str | None
) -> None:
    told = await with_key_of_request(a_request(authorization), seen)

    assert (told, current_key()) == ({"key": key}, None)


async def test_a_request_without_a_key_within_one_with_a_key_sees_none() -> None:
    async def within(_: Any) -> Any:
        return await with_key_of_request(a_request(None), seen)

    assert await with_key_of_request(a_request("Bearer gx_one"), within) == {"key": None}
