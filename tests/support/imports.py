"""Which modules commands import, in one new interpreter for several commands: to start one takes half a second."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.paths import REPOSITORY

_END = "After this command:"


def run_in_one_interpreter(
    command_line: str, commands: Sequence[tuple[str, ...]], cwd: Path, **environment: str
) -> list[tuple[str, set[str]]]:
    """Run commands of a module's `app` one after the other; each must succeed.

    Returns:
        For each command, what it printed and the top-level modules imported by then, by earlier ones too.
    """
    code = (
        f"import sys; from {command_line} import app; from index.console import run_app\n"
        f"for arguments in {list(commands)!r}:\n"
        "    status = run_app(app, arguments, 'interrupted')\n"
        f"    print({_END!r}, status, *{{name.partition('.')[0] for name in sys.modules}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    results: list[tuple[str, set[str]]] = []
    printed: list[str] = []
    for line in done.stdout.splitlines():
        if line.startswith(_END):
            status, *modules = line.removeprefix(_END).split()
            assert status == "0", commands[len(results)]
            results.append(("\n".join(printed), set(modules)))
            printed = []
        else:
            printed.append(line)
    assert len(results) == len(commands)
    return results
