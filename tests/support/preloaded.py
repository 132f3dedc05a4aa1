"""Run commands in forks of a process that has already imported the libraries: importing torch takes seconds.

Otherwise such a command behaves like one started from a shell: arguments, environment, working directory, streams,
signals, exit status. Tests that depend on imports (a missing library, a model that must not be loaded) fork a process
that has imported the command lines only, or start a new interpreter.
"""

import asyncio
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support.paths import REPOSITORY

_LIBRARIES = ("chromadb", "langchain_huggingface", "langchain_openai", "discord", "sentence_transformers")
_COMMAND_LINES = ("bot.cli", "index.cli")
_MODULES = ("bot.assembly", "bot.answering.answerer", "bot.discord.gateway", "bot.evaluation")
# Two threads of torch would wait for each other's core busily while other tests use it.
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
# How well is answered is tested elsewhere; the small network does it in a fifth of the time.
_SMALL_READER = {"RERANKER_MODEL": "small"}
_QUIET = {"TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
_MESSAGE = 1 << 20


def clean_environment() -> dict[str, str]:
    """Return this process's environment without variables that configure Byline or a library."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


class PreloadedProcess:
    """A running command, with the methods of asyncio's Process, and `join` to wait without an event loop."""

    def __init__(self, status: socket.socket, streams: Sequence[int]) -> None:
        self._status = status
        self._output: list[list[bytes]] = []
        self._readers: list[Thread] = []
        self._returncode: int | None = None
        for stream in streams:
            self._output.append([])
            self._readers.append(Thread(target=_drain, args=(stream, self._output[-1]), daemon=True))
            self._readers[-1].start()
        pid = status.recv(_MESSAGE)
        if not pid:
            raise RuntimeError("The preloaded process has exited; see its output on stderr.")
        self.pid = int(pid)

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while the process runs."""
        if self._returncode is None and select.select([self._status], [], [], 0)[0]:
            with self._status:
                self._returncode = int(self._status.recv(_MESSAGE))
        return self._returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has exited."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def join(self, timeout: float) -> int:
        """Wait for the process to exit; after `timeout` seconds, kill it and raise TimeoutError."""
        deadline = time.monotonic() + timeout
        while (status := self.returncode) is None:
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"The command did not exit within {timeout} s: {self.output()}")
            select.select([self._status], [], [], 0.5)
        return status

    async def wait(self) -> int:
        """Wait for the process to exit, and return its exit status."""
        while (status := self.returncode) is None:
            await asyncio.sleep(0.02)
        return status

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the process to exit, and return its output."""
        await self.wait()
        return self.output()

    def output(self) -> tuple[bytes, bytes]:
        """Return stdout and stderr so far; they are complete once the process has exited."""
        for reader in self._readers:
            reader.join(5 if self.returncode is not None else 0)
        output, errors = (b"".join(parts) for parts in self._output)
        return output, errors


def _drain(stream: int, parts: list[bytes]) -> None:
    while part := os.read(stream, _MESSAGE):
        parts.append(part)
    os.close(stream)


class Preloaded:
    """The process that is forked for each command; it starts with the first command, and exits with who started it."""

    def __init__(self, name: str, modules: Sequence[str]) -> None:
        self._variable = f"BYLINE_TESTS_{name}"
        self._modules = modules
        self._control: socket.socket | None = None

    def share(self) -> None:
        """Start the process now, for this process's children too; they exit first."""
        self._control = self._begin()

    def start(
        self,
        *arguments: str | bytes,
        cwd: Path,
        environment: Mapping[str, str],
        stdin: str = "",
        largest_file: int | None = None,
        terminal: int | None = None,
    ) -> PreloadedProcess:
        """Start `python -m` with these arguments in a fork.

        Args:
            arguments: The package and its arguments.
            cwd: The working directory.
            environment: Environment variables in addition to those of `clean_environment`.
            stdin: The text on the command's standard input.
            largest_file: The maximum size in bytes of a file that the command writes.
            terminal: The file descriptor of the command's controlling terminal, which replaces the three streams.
        """
        if self is PRELOADED and "PYTHONPATH" in environment:
            raise ValueError("PYTHONPATH has no effect on libraries that are imported already; use COMMAND_LINES.")
        if self._control is None:
            self._control = self._begin()
        request = {
            "arguments": [os.fsdecode(argument) for argument in arguments],
            "cwd": str(cwd),
            "environment": {**clean_environment(), **_SMALL_READER, **environment},
            "largest_file": largest_file,
            "terminal": terminal is not None,
        }
        ours, status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (output, their_output), (errors, their_errors) = os.pipe(), os.pipe()
        with status, tempfile.TemporaryFile() as standard_input:
            standard_input.write(stdin.encode())
            standard_input.seek(0)
            streams = [terminal] * 3 if terminal is not None else [standard_input.fileno(), their_output, their_errors]
            files = [*streams, status.fileno()]
            socket.send_fds(self._control, [json.dumps(request).encode()], files)
        os.close(their_output)
        os.close(their_errors)
        return PreloadedProcess(ours, (output, errors))

    def run(
        self, *arguments: str | bytes, cwd: Path, environment: Mapping[str, str], stdin: str = "", timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command until it exits."""
        process = self.start(*arguments, cwd=cwd, environment=environment, stdin=stdin)
        status = process.join(timeout)
        output, errors = (text.decode() for text in process.output())
        return subprocess.CompletedProcess(arguments, status, output, errors)

    def _begin(self) -> socket.socket:
        if (path := os.environ.get(self._variable)) is None:
            # Not below a test's own folder for temporary files: the path of a socket has at most 108 bytes.
            path = f"{tempfile.mkdtemp(prefix='byline-tests-', dir=os.environ.get('TMPDIR', '/tmp'))}/socket"
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            alive, self._lifeline = os.pipe()
            with listener:
                listener.bind(path)
                listener.listen(64)
                subprocess.Popen(
                    [sys.executable, "-m", __name__, str(listener.fileno()), str(alive), *self._modules],
                    cwd=REPOSITORY,
                    env=clean_environment() | _QUIET | _ONE_THREAD,
                    pass_fds=[listener.fileno(), alive],
                    stdin=subprocess.DEVNULL,
                )
            os.close(alive)
            os.environ[self._variable] = path
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.connect(path)
        return control


PRELOADED = Preloaded("PRELOADED", (*_LIBRARIES, *_MODULES, *_COMMAND_LINES))
COMMAND_LINES = Preloaded("COMMAND_LINES", _COMMAND_LINES)


def _serve(listener: socket.socket, alive: int, modules: Sequence[str]) -> None:
    """Fork for each request, until `alive` is closed: the process that started this one has exited."""
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a fork would write to all objects, and so copy their memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the supervising forks are not waited for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, whose exit closes `alive`
    controls: list[socket.socket] = []
    while True:
        waiting: list[int | socket.socket] = [listener, alive, *controls]
        ready, _, _ = select.select(waiting, [], [])
        if alive in ready:
            shutil.rmtree(Path(listener.getsockname()).parent)
            return
        for control in [control for control in controls if control in ready]:
            if not _fork(control, [listener, *controls]):
                controls.remove(control)
        if listener in ready:
            controls.append(listener.accept()[0])


def _fork(control: socket.socket, inherited: Sequence[socket.socket]) -> bool:
    """Fork for one request; return whether there was one."""
    message, files, _, _ = socket.recv_fds(control, _MESSAGE, 4)
    if not message:
        control.close()
        return False
    if os.fork() == 0:
        for one in inherited:
            one.close()
        _supervise(json.loads(message), files)
    for file in files:
        os.close(file)
    return True


def _supervise(request: dict[str, Any], files: Sequence[int]) -> None:
    """Fork the command, and report its process id and then its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    *streams, status = files
    pid = os.fork()
    if pid == 0:
        os.close(status)
        _run_command(request, streams)
    for file in streams:
        os.close(file)
    os.write(status, str(pid).encode())
    _, wait_status = os.waitpid(pid, 0)
    os.write(status, str(os.waitstatus_to_exitcode(wait_status)).encode())
    os._exit(0)


def _run_command(request: dict[str, Any], streams: Sequence[int]) -> None:
    from index.console import exit_process

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if request["terminal"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored if the tests were started with nohup
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if (size := request["largest_file"]) is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    package, *arguments = request["arguments"]
    sys.argv = [f"{package}/__main__.py", *arguments]
    exit_process(importlib.import_module(f"{package}.cli").main())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3:])
