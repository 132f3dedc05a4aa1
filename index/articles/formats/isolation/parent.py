"""The parent's side: one child process for all files, started when it is needed and replaced when a limit ends it."""

import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Event, Lock, Timer
from typing import Any

import index
from index.articles.formats.result import FormatResult, StatedMetadata
from index.errors import ArticleRejected
from index.formatting import strip_control_characters

SECONDS = 20.0
"""Processor time for one file."""
MEMORY = 1 << 30
"""Address space of the child process, in bytes."""
MAX_CHARACTERS = 8 * 1024 * 1024
"""Limit of a file's text: a compressed file can contain far more than its size."""

_ROOT = Path(index.__file__).resolve().parent.parent
_PACKAGES = {"docx": "python-docx", "pdfminer": "pdfminer.six"}
_SIGXCPU = getattr(signal, "SIGXCPU", None)
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")


class IsolatedReader:
    """Reads files in a child process; may be used from several threads, one at a time.

    Args:
        seconds: Limit of processor time for one file; the limit by the clock is twice as much, and ten seconds.
        memory: Limit of the child's address space, in bytes.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, reader: str, data: bytes, patience: float = 1, **options: Any) -> FormatResult:
        """Read one file.

        Args:
            reader: The kind of file, a key of `child.READERS`.
            data: The content of the file.
            patience: Factor of the limit of processor time.
            **options: Further arguments of its function.

        Raises:
            ArticleRejected: The file cannot be read within the limits, or contains no text.
        """
        with self._lock:
            reply = self._exchange(reader, data, patience * self._seconds, options)
        if "rejected" in reply:
            raise ArticleRejected(reply["rejected"])
        if "missing" in reply:
            package = _PACKAGES.get(reply["missing"], reply["missing"])
            raise ArticleRejected(f"{package} is not installed (install it with: pip install {package})")
        if "failed" in reply:
            raise ArticleRejected(self._explain(reply["failed"], patience * self._seconds))
        return _make_result(reply["result"])

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._end()

    def _exchange(self, reader: str, data: bytes, seconds: float, options: dict[str, Any]) -> dict[str, Any]:
        request = {"reader": reader, "size": len(data), "seconds": seconds, "options": options}
        header = json.dumps(request).encode()
        for _ in range(2):  # the second time if the child ended by itself meanwhile
            process = self._running_child()
            timed_out = Event()
            timer = Timer(2 * seconds + 10, _kill, (process, timed_out))
            timer.start()
            try:
                line = _send(process, header + b"\n" + data)
            finally:
                timer.cancel()
            if line.endswith(b"\n"):
                reply: dict[str, Any] = json.loads(line)
                if "failed" in reply:
                    self._end()  # nobody knows what is left in its memory
                return reply
            status = process.wait()
            self._end()
            if timed_out.is_set() or (_SIGXCPU and status == -_SIGXCPU):
                return {"failed": "time"}
            if status:
                break
        return {"failed": "crash"}

    def _running_child(self) -> "subprocess.Popen[bytes]":
        """Return this process's child; that of the process that forked this one is not ours."""
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603  # no argument is user input
                [sys.executable, "-m", "index.articles.formats.isolation.child", str(self._memory)],
                cwd=_ROOT,
                env={**environment, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C ends the parent, which closes the pipe
            )
            self._owner = os.getpid()
        return self._process

    def _end(self) -> None:
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _explain(self, failure: str, seconds: float) -> str:
        return {
            "time": f"reading it takes too long (more than {seconds:g} s of processor time)",
            "memory": f"reading it needs too much memory (more than {self._memory // 1024 // 1024} MB)",
            "nesting": "its elements are nested too deeply",
            "crash": "reading it made the reading process crash",
        }.get(failure, f"it is damaged, or not what its name says ({failure})")


@cache
def shared_reader() -> IsolatedReader:
    """Return the reader that all files of this process share."""
    return IsolatedReader()


def _send(process: "subprocess.Popen[bytes]", message: bytes) -> bytes:
    """Send a request and return the line of the reply; an empty or incomplete one if the child has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(message)
        process.stdin.flush()
    except OSError:
        return b""
    return process.stdout.readline()


def _kill(process: "subprocess.Popen[bytes]", timed_out: Event) -> None:
    timed_out.set()
    process.kill()


def _make_result(fields: dict[str, Any]) -> FormatResult:
    if len(fields["text"]) > MAX_CHARACTERS:
        raise ArticleRejected(f"its text is longer than {MAX_CHARACTERS // 1024 // 1024} million characters")
    stated = fields["stated"]
    return FormatResult(
        text=strip_control_characters(fields["text"].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")),
        is_markdown=fields["is_markdown"],
        stated=StatedMetadata(**{**stated, "authors": tuple(stated["authors"])}),
    )
