"""A web server on the loopback address that serves pages, and misbehaves where it is told to."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = Callable[["Handler"], None]


@dataclass
class Web:
    """A running server.

    Attributes:
        url: Its address, without a slash at the end.
        port: Its port.
        requested: The paths that were requested, in order.
        headers: The headers of the last request, by name in lower case.
    """

    url: str
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    requested: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def serve(
        self,
        path: str,
        body: bytes | str,
        content_type: str = "text/html; charset=utf-8",
        status: int = 200,
        **headers: str,
    ) -> str:
        """Serve a body under a path; return its address."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: "Handler") -> None:
            handler.send_response(status)
            if content_type:
                handler.send_header("Content-Type", content_type)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer
        return self.url + path

    def redirect(self, path: str, location: str) -> str:
        """Redirect a path to another address; return its address."""
        return self.serve(path, "", status=302, Location=location)

    def drip(self, path: str, seconds: float = 0.02) -> str:
        """Serve a page that never ends, in small pieces; return its address."""

        def answer(handler: "Handler") -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.end_headers()
            for _ in range(2_000):
                handler.wfile.write(b"<p>And so on, and on.</p>")
                handler.wfile.flush()
                time.sleep(seconds)

        self.answers[path] = answer
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    """Answers a request as its server was told."""

    web: Web

    def do_GET(self) -> None:
        """Answer, or say that there is no such page."""
        self.web.requested.append(self.path)
        self.web.headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.web.answers.get(self.path)
        with suppress(OSError):
            if answer is None:
                self.send_error(404)
            else:
                answer(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@contextmanager
def run_web(host: str = "127.0.0.1", port: int = 0) -> Iterator[Web]:
    """Run a server until the block ends."""

    class OwnHandler(Handler):
        pass

    server = ThreadingHTTPServer((host, port), OwnHandler)
    server.daemon_threads = True
    web = Web(f"http://{host}:{server.server_port}", server.server_port)
    OwnHandler.web = web
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def run_silent_port() -> Iterator[int]:
    """Listen on a port without ever answering."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
