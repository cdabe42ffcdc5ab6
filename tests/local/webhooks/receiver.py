"""A receiver of webhooks on this machine, which answers as a test says."""

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

SECONDS = 60.0
"""How long a test waits for a webhook."""


@dataclass(frozen=True)
class Received:
    """A request as it came; header names are in lower case."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def event(self) -> str:
        return str(self.payload["type"])

    @property
    def id(self) -> str:
        return self.headers["svix-id"]


class Receiver:
    """`answer` gives the status for a request, and may block."""

    def __init__(self, answer: Callable[[Received], int] = lambda _: 200) -> None:
        self.answer = answer
        self.received: queue.Queue[Received] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def next(self) -> Received:
        return self.received.get(timeout=SECONDS)

    def until(self, event: str) -> dict[str, Received]:
        """What has come up to an event, by event."""
        come: dict[str, Received] = {}
        while event not in come:
            received = self.next()
            come[received.event] = received
        return come

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(headers, body)
                receiver.received.put(received)
                self.send_response(receiver.answer(received))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
                """Tests are quiet."""

        return Answering
