"""A loopback OpenAI-compatible endpoint whose answers a test can hold back."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.patience import LONG_ENOUGH

LONGEST_HOLD = LONG_ENOUGH
"""Seconds after which an answer goes out anyway, so that no test hangs."""


class LlmStandIn:
    """Answers every chat completion with one text, at once unless it is told to hold."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        """The bodies that were asked, in the order of their arrival."""
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def hold(self) -> None:
        """Let answers wait from now on."""
        self._may_answer.clear()

    def release(self) -> None:
        """Answer what waits, and everything that comes."""
        self._may_answer.set()

    def forget(self) -> None:
        """As if nothing had been asked."""
        self.release()
        self.calls.clear()

    def __enter__(self) -> "LlmStandIn":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, asked: dict[str, Any]) -> bytes:
        self.calls.append(asked)
        self._may_answer.wait(LONGEST_HOLD)
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": "As you wish."},
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        answer = {"object": "chat.completion", "choices": [choice], "usage": usage}
        return json.dumps(answer).encode()

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = stand_in._answer(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
                """Tests are quiet."""

        return Answering
