"""Setup: which pip and uv commands the script runs; fake executables log their arguments instead of installing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import REPOSITORY

PYTHON = """#!/bin/sh
echo "python $*" >> "$LOG"
case "$*" in
    "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$(dirname "$0")/uv" .venv/bin/uv ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >> "$LOG"
case "$*" in
    *--torch-backend*) [ -z "$OFFLINE" ] || { echo "no route to the index" >&2; exit 2; } ;;
esac
"""


class Project:
    """A project folder with the files that setup reads, and fake `python3` and `uv` executables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tools").mkdir(parents=True)
        (folder / "scripts").mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "scripts/setup.sh"):
            shutil.copy(REPOSITORY / name, folder / name)
        for name, text in (("python3", PYTHON), ("uv", UV)):
            (folder / "tools" / name).write_text(text, encoding="utf-8")
            (folder / "tools" / name).chmod(0o755)

    def run_setup(self, *arguments: str, **environment: str) -> tuple[list[str], str]:
        """Run `make setup`; return the logged calls and the text on stderr."""
        log = self.folder / "log"
        log.write_text("", encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if name not in ("TORCH", "MAKEFLAGS", "PYTHON")}
        path = f"{self.folder / 'tools'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["make", "setup", *arguments],
            cwd=self.folder,
            env={**clean, "PATH": path, "LOG": str(log), "OFFLINE": "", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return log.read_text(encoding="utf-8").splitlines(), done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def torch_installs(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith("uv") and call.endswith(" torch")]


def test_a_second_setup_runs_no_commands(project: Project) -> None:
    assert len(torch_installs(project.run_setup()[0])) == 1
    assert project.run_setup()[0] == []


def test_another_build_of_torch_replaces_the_installed_one_and_becomes_the_default(project: Project) -> None:
    project.run_setup()
    (call,) = torch_installs(project.run_setup("TORCH=cuda")[0])
    assert "--reinstall-package torch" in call
    assert "--torch-backend" not in call
    assert project.run_setup()[0] == []
    (call,) = torch_installs(project.run_setup("TORCH=cpu")[0])
    assert "--reinstall-package torch" in call


def test_an_environment_without_pip_is_recreated(project: Project) -> None:
    project.run_setup()
    python = project.folder / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (project.folder / ".venv" / ".byline-setup-cpu").unlink()
    assert "python -m venv --clear .venv" in project.run_setup()[0]
    assert "pip" in python.read_text(encoding="utf-8") or "venv" in python.read_text(encoding="utf-8")


def test_the_reason_why_the_cpu_index_failed_is_printed(project: Project) -> None:
    calls, errors = project.run_setup(OFFLINE="1")
    assert len(torch_installs(calls)) == 2
    assert "no route to the index" in errors
