"""Whatever a tool raises, the assistant reads a sentence, and the server goes on."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.types import CallToolResult

from magica_mcp.server.boundary import bound
from magica_mcp.server.contents import Contents
from magica_mcp.server.tool import Effect, ToolSpec
from magica_mcp.server.workspace import Call, Workspace


async def broken(ctx: Call) -> CallToolResult:
    """Fail."""
    raise RuntimeError("the secret gx_abc is in this text")


class _Context:
    """What a call needs of the SDK's context: a workspace that nobody uses, a client unnamed."""

    session = SimpleNamespace(client_params=None)
    request_context = SimpleNamespace(
        lifespan_context=SimpleNamespace(open_workspace=lambda _key: None)
    )


async def test_a_bug_of_ours_is_a_sentence_without_its_text(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    tool = bound(ToolSpec(broken, "Broken", "account", Effect.READS))

    def nobody() -> Workspace:
        raise AssertionError

    context: Any = _Context()
    with caplog.at_level(logging.ERROR):
        answer = await Contents({"broken": tool}, (), (), nobody).call("broken", {}, context)

    assert isinstance(answer, CallToolResult)
    assert answer.is_error
    assert "this is a bug of ours" in str(answer.content)
    assert "gx_abc" not in str(answer.content)
    error = caplog.records[-1].exc_info
    assert error is not None
    assert error[1] is not None
    assert error[1].__cause__ is None, "a cause that leads back to itself hangs whoever prints it"
