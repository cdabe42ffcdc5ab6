"""What the server adds to the SDK's, and what it leaves out."""

import sys
from types import ModuleType

import pytest

from magica_mcp.server.app import create_server
from magica_mcp.server.workspace import Workspace

SDK = "opentelemetry.sdk"
TRACING = "OpenTelemetryMiddleware"


def layers() -> list[str]:
    def nobody(_: str | None) -> Workspace:
        raise AssertionError

    return [type(each).__name__ for each in create_server(nobody).middleware]


def test_calls_are_traced_where_somebody_records_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, SDK, ModuleType(SDK))

    assert TRACING in layers()


def test_calls_hold_no_spans_where_nobody_records_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, SDK, raising=False)

    assert TRACING not in layers()
