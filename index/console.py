"""What all commands share: progress display, errors as one sentence and one hint, signals, and a fast exit."""

import atexit
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from threading import Event, Timer, main_thread
from time import monotonic
from types import FrameType
from typing import NoReturn, TypeVar

import typer
from typer.exceptions import TyperException

from index.errors import BylineError

INTERRUPTED = 130
_PROGRESS_INTERVAL = 5.0
# Seconds until a signal that arrived during an import is sent again.
_RESEND_DELAY = 0.05
_interrupted = Event()
T = TypeVar("T")


def run_app(app: typer.Typer, arguments: Sequence[str], interrupted: str, redact: Callable[[str], str] = str) -> int:
    """Run a command line; whatever fails is reported on stderr as one sentence and one hint, without a traceback.

    Args:
        app: The Typer application.
        arguments: The command-line arguments. `--debug` anywhere among them adds a traceback to an error.
        interrupted: The message printed after Ctrl-C.
        redact: Removes secrets from a traceback.

    Returns:
        The exit status.
    """
    debug = "--debug" in arguments
    if not arguments:
        arguments = ["--help"]
    _silence_libraries()
    _handle_signals()
    # Characters that the terminal cannot show, and input in another encoding, must not raise.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = app([a for a in arguments if a != "--debug"], standalone_mode=False)
        if status == INTERRUPTED:  # typer turns Ctrl-C into this status
            raise KeyboardInterrupt
        return status if isinstance(status, int) else 0
    except TyperException as error:
        return _report_error(
            f"{error.format_message()}", "Add --help to see how the command is used.", 2, debug, redact
        )
    except BylineError as error:
        return _report_error(error.message, error.hint, error.exit_status, debug, redact)
    except (KeyboardInterrupt, typer.Abort):
        return _report_error(interrupted, "", INTERRUPTED, debug, redact)
    except BrokenPipeError:  # the process that the output is piped to has exited, as in `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if _interrupted.is_set():  # an import turned Ctrl-C into another exception
            return _report_error(interrupted, "", INTERRUPTED, debug, redact)
        return _report_error(
            f"An unexpected error occurred ({type(error).__name__}).",
            "Run the command again with --debug to see where, and please report it.",
            1,
            debug,
            redact,
        )


def print_error(error: BylineError) -> None:
    """Report one of several failures on stderr, as one sentence and one hint; the command goes on."""
    _print_error(error.message, error.hint)


def exit_process(status: int) -> NoReturn:
    """Exit with os._exit after the atexit hooks; tearing torch down takes about a second.

    After an interrupt the atexit hooks are skipped too: our resources are closed by then, and hooks of a library whose
    import was cut off can crash the process or print tracebacks.
    """
    try:
        if not _interrupted.is_set():
            atexit._run_exitfuncs()  # these remove private copies that are still open
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # None if it was closed before the start, as by `>&-`
                stream.flush()
    except (OSError, ValueError):  # the other end of the pipe is closed; let the interpreter handle it
        sys.exit(status)
    os._exit(status)


@contextmanager
def spinner(message: str) -> Iterator[None]:
    """Show a spinner on a terminal while the block runs; show nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(message):
        yield


@contextmanager
def progress_bar(message: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with (done, total): it draws a bar on a terminal, and prints plain lines elsewhere.

    The function raises KeyboardInterrupt once the command has been interrupted.
    """
    if not sys.stderr.isatty():
        yield _plain_progress(message)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Loading the model", total=None)

        def advance(done: int, total: int) -> None:
            _raise_if_interrupted()
            bar.update(task, description=message, completed=done, total=total)

        yield advance


def _plain_progress(message: str) -> Callable[[int, int], None]:
    last = monotonic()

    def advance(done: int, total: int) -> None:
        nonlocal last
        _raise_if_interrupted()
        if monotonic() - last >= _PROGRESS_INTERVAL:
            last = monotonic()
            print(f"{message}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    return advance


async def until_signalled(work: Awaitable[T]) -> T:
    """Await `work` in the current task; SIGTERM and SIGHUP cancel it, and are raised again once it has ended.

    The usual handler raises KeyboardInterrupt in whichever task is running, and tasks that wait for that one could
    wait forever.
    """
    import asyncio

    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    received = []

    def cancel(signum: int, _: FrameType | None) -> None:
        received.append(signum)
        loop.call_soon_threadsafe(task.cancel)

    handled = [number for number in _termination_signals() if signal.getsignal(number) is _interrupt]
    for number in handled:
        signal.signal(number, cancel)
    try:
        return await work
    finally:
        for number in handled:
            signal.signal(number, _interrupt)
        if received:
            signal.raise_signal(received[0])


def _silence_libraries() -> None:
    """Turn off the libraries' telemetry and progress bars; they read these variables when they are imported."""
    for name, value in (
        ("ANONYMIZED_TELEMETRY", "False"),
        ("DO_NOT_TRACK", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ("TRANSFORMERS_VERBOSITY", "error"),
        ("TOKENIZERS_PARALLELISM", "false"),
    ):
        os.environ.setdefault(name, value)


def _handle_signals() -> None:
    """Make SIGTERM and SIGHUP (a closed terminal) end a command as Ctrl-C does, so that it cleans up."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not ignored, as for a shell's background job
        signal.signal(signal.SIGINT, _interrupt)
    for number in _termination_signals():
        if signal.getsignal(number) is not signal.SIG_IGN:  # not started by nohup
            signal.signal(number, _interrupt)


def _termination_signals() -> list[signal.Signals]:
    return [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt; during an import, only once it is done, as interrupting one can abort the process."""
    if _is_importing(frame):
        main = main_thread().ident
        # Sent to the main thread, the signal also ends a wait there; Windows cannot choose the thread.
        send = partial(signal.pthread_kill, main) if main and hasattr(signal, "pthread_kill") else signal.raise_signal
        resend = Timer(_RESEND_DELAY, send, (signum,))
        resend.daemon = True
        resend.start()
        return
    _interrupted.set()
    sys.unraisablehook = lambda _: None  # an interrupted finalizer would print a traceback
    raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            return True
        frame = frame.f_back
    return False


def _raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt again if a finalizer or an import swallowed it."""
    if _interrupted.is_set():
        raise KeyboardInterrupt


def _report_error(message: str, hint: str, status: int, debug: bool, redact: Callable[[str], str]) -> int:
    if debug:
        print(redact(traceback.format_exc()), end="", file=sys.stderr)
    _print_error(message, hint)
    return status


def _print_error(message: str, hint: str) -> None:
    sys.stdout.flush()
    print(f"{message}\n  {hint}" if hint else message, file=sys.stderr)
