"""A real Chroma server on the loopback address, which tests start, suspend, kill and restart with the same files."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

START_TIMEOUT_SECONDS = 30.0


class ChromaServer:
    """`chroma run` on a free port of 127.0.0.1."""

    def __init__(self, files: Path) -> None:
        self.files = files
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        chroma = Path(sys.executable).with_name("chroma")
        self._process = subprocess.Popen(
            [chroma, "run", "--path", self.files, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=self.files,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError("The Chroma server did not start.")

    def suspend(self) -> None:
        """Suspend the server with SIGSTOP: it still accepts connections, but does not respond."""
        assert self._process is not None
        self._send(signal.SIGSTOP)
        process = psutil.Process(self._process.pid)
        while process.status() != psutil.STATUS_STOPPED:  # the signal is delivered asynchronously
            time.sleep(0.01)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        """Return whether the server responds to a request; an open port is not enough."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/api/v2/heartbeat")
            return connection.getresponse().status == 200
        return False

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
