"""How commands talk to a person: progress while they work, one sentence and one hint when they fail."""

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
_LINE_EVERY = 5.0
# Seconds until a signal that came within an import is looked at again.
_AGAIN = 0.05
_interrupted = Event()
T = TypeVar("T")


def run_app(app: typer.Typer, arguments: Sequence[str], interrupted: str, clean: Callable[[str], str] = str) -> int:
    """Run a command line and return its exit status; whatever fails, a person reads a sentence and no traceback.

    `--debug` anywhere among the arguments shows the traceback besides. interrupted: what is said after Ctrl-C.
    clean: takes secrets out of a traceback.
    """
    debug = "--debug" in arguments
    if not arguments:
        arguments = ["--help"]
    _be_quiet()
    _stop_on_signals()
    # A terminal that lacks a character shows "?", and a line in another encoding is read as well as it can be.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = app([a for a in arguments if a != "--debug"], standalone_mode=False)
        if status == INTERRUPTED:  # what typer makes of Ctrl-C
            raise KeyboardInterrupt
        return status if isinstance(status, int) else 0
    except TyperException as error:
        return _fail(f"{error.format_message()}", "Add --help to see how the command is used.", 2, debug, clean)
    except BylineError as error:
        return _fail(error.message, error.hint, error.exit_status, debug, clean)
    except (KeyboardInterrupt, typer.Abort):
        return _fail(interrupted, "", INTERRUPTED, debug, clean)
    except BrokenPipeError:  # the reader of the output went away, as in `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if _interrupted.is_set():  # an import turned Ctrl-C into an error of its own
            return _fail(interrupted, "", INTERRUPTED, debug, clean)
        return _fail(
            f"Something went wrong that should not have ({type(error).__name__}).",
            "Run the command again with --debug to see where, and please report it.",
            1,
            debug,
            clean,
        )


def exit_process(status: int) -> NoReturn:
    """End the process without the interpreter's own end, but for what is registered with atexit: to take torch apart
    lasts a second.

    Once interrupted without that as well: everything of ours is closed by then, and an import that was cut off has had
    Python die of SIGINT there, or print what its finalizers think of it.
    """
    try:
        if not _interrupted.is_set():
            atexit._run_exitfuncs()  # among them the removal of copies that somebody still reads from
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # as where it was closed before the start
                stream.flush()
    except (OSError, ValueError):  # nobody reads any more: the interpreter deals with that
        sys.exit(status)
    os._exit(status)


@contextmanager
def spinner(what: str) -> Iterator[None]:
    """A spinner on a terminal while something takes its time; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told (done, total): it draws a bar on a terminal, and prints a line now and then elsewhere.

    It raises KeyboardInterrupt once the command has been interrupted.
    """
    if not sys.stderr.isatty():
        yield _plain_progress(what)
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
            _go_on()
            bar.update(task, description=what, completed=done, total=total)

        yield advance


def _plain_progress(what: str) -> Callable[[int, int], None]:
    last = monotonic()

    def advance(done: int, total: int) -> None:
        nonlocal last
        _go_on()
        if monotonic() - last >= _LINE_EVERY:
            last = monotonic()
            print(f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    return advance


async def until_signalled(work: Awaitable[T]) -> T:
    """Await `work` as the main task of an event loop; SIGTERM and SIGHUP cancel it, and are obeyed once it has ended.

    A KeyboardInterrupt out of the blue lands in whichever task runs just then, and those that wait for that one can
    wait for ever.
    """
    import asyncio

    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    came = []

    def cancel(signum: int, _: FrameType | None) -> None:
        came.append(signum)
        loop.call_soon_threadsafe(task.cancel)

    heeded = [number for number in _from_outside() if signal.getsignal(number) is _interrupt]
    for number in heeded:
        signal.signal(number, cancel)
    try:
        return await work
    finally:
        for number in heeded:
            signal.signal(number, _interrupt)
        if came:
            signal.raise_signal(came[0])


def _be_quiet() -> None:
    """Turn off telemetry and chatter of the libraries; they read these variables when they are imported."""
    for name, value in (
        ("ANONYMIZED_TELEMETRY", "False"),
        ("DO_NOT_TRACK", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ("TRANSFORMERS_VERBOSITY", "error"),
        ("TOKENIZERS_PARALLELISM", "false"),
    ):
        os.environ.setdefault(name, value)


def _stop_on_signals() -> None:
    """Let SIGTERM, and a terminal that is closed, end a command as Ctrl-C does, so that it cleans up."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell wants it ignored
        signal.signal(signal.SIGINT, _interrupt)
    for number in _from_outside():
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(number, _interrupt)


def _from_outside() -> list[signal.Signals]:
    return [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt; within an import only when it is done, for one that is cut off can abort the process."""
    if _imports(frame):
        main = main_thread().ident
        # Sent to the main thread, it also ends a wait there; Windows cannot aim.
        send = partial(signal.pthread_kill, main) if main and hasattr(signal, "pthread_kill") else signal.raise_signal
        again = Timer(_AGAIN, send, (signum,))
        again.daemon = True
        again.start()
        return
    _interrupted.set()
    sys.unraisablehook = lambda _: None  # a finalizer that is interrupted complains on stderr
    raise KeyboardInterrupt


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            return True
        frame = frame.f_back
    return False


def _go_on() -> None:
    """Raise KeyboardInterrupt again if a finalizer or a library's import swallowed it."""
    if _interrupted.is_set():
        raise KeyboardInterrupt


def _fail(message: str, hint: str, status: int, debug: bool, clean: Callable[[str], str]) -> int:
    if debug:
        print(clean(traceback.format_exc()), end="", file=sys.stderr)
    sys.stdout.flush()
    print(f"{message}\n  {hint}" if hint else message, file=sys.stderr)
    return status
