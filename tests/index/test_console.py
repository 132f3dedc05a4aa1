"""Signals, input encodings and the exit of commands, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import REPOSITORY


def test_undecodable_input_is_read_with_replacement_characters() -> None:
    code = (
        "import sys, typer; from index.console import run_app; app = typer.Typer();"
        "app.command()(lambda: print(ascii(sys.stdin.readline())));"
        "run_app(app, ['--debug'], 'interrupted')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        input=b"caf\xe9?\n",
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == rb"'caf\ufffd?\n'"


def test_a_signal_during_an_import_takes_effect_after_it(tmp_path: Path) -> None:
    """Interrupting the import of a C library can abort the process."""
    (tmp_path / "slow.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(0.2)\nprint('done')"
    )
    code = (
        "import sys, typer; from index.console import exit_process, run_app; app = typer.Typer();"
        "app.command()(lambda: (__import__('slow'), __import__('time').sleep(20)));"
        "exit_process(run_app(app, ['--debug'], 'Interrupted.'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        timeout=15,
    )
    assert (done.returncode, done.stdout) == (130, "done\n")
    assert done.stderr.endswith("Interrupted.\n")


WAITED_FOR = """
import asyncio, signal, sys, typer
from index.console import exit_process, run_app, until_signalled

async def work(done):
    signal.raise_signal(signal.SIGTERM)
    done.set()

async def main():
    done = asyncio.Event()
    task = asyncio.create_task(work(done))
    try:
        await asyncio.sleep(20)
    finally:
        await done.wait()
        print("tidy", flush=True)

app = typer.Typer()
app.command()(lambda: asyncio.run(until_signalled(main())))
exit_process(run_app(app, ["--debug"], "Interrupted."))
"""


def test_a_signal_during_a_task_that_the_main_task_awaits_ends_the_loop() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITED_FOR], cwd=REPOSITORY, capture_output=True, text=True, timeout=15
    )
    assert (done.returncode, done.stdout) == (130, "tidy\n")
    assert done.stderr.endswith("Interrupted.\n")


@pytest.mark.parametrize(("ignored", "status"), [(False, 130), (True, 0)], ids=["heeded", "ignored"])
def test_sighup_ends_a_command_unless_it_was_ignored_at_the_start(ignored: bool, status: int) -> None:
    code = (
        "import signal, sys, typer; from index.console import exit_process, run_app; app = typer.Typer();"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN if sys.argv[1] == 'True' else signal.SIG_DFL);"
        "app.command()(lambda: signal.raise_signal(signal.SIGHUP));"
        "exit_process(run_app(app, ['--debug'], 'Interrupted.'))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ignored)], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, "Interrupted." in done.stderr) == (status, not ignored)
