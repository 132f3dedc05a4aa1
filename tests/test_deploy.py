"""The systemd units, the Docker image and the compose file refer only to files, settings and commands that exist."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import BotSettings

from tests.support.paths import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
SETTINGS = {name.upper() for name in BotSettings.model_fields}
OTHER_VARIABLES = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
UNITS = ("byline.service", "byline-rebuild.service")


def commands_in(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"-m\"?,? \"?(\w+)\"?,? \"?(\w+)", text))


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_each_unit(name: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / name
    text = (DEPLOY / name).read_text().replace("/opt/byline/.venv/bin/python", shutil.which("sh") or "/bin/sh")
    unit.write_text(text)
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_uses_only_existing_settings_and_commands(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert set(re.findall(r"^Environment=(\w+)=", text, re.M)) <= SETTINGS | OTHER_VARIABLES
    assert commands_in(text) <= {("bot", "run"), ("index", "rebuild")}


def test_every_block_of_the_unit_has_a_comment() -> None:
    for block in (DEPLOY / "byline.service").read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(("[Install]", "WantedBy"))]
        assert not lines or any(line.startswith("#") for line in lines), block


def test_the_image_copies_existing_files_and_uses_the_bots_health_check() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    copied = [source for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for source in line.split()[:-1]]
    assert all((REPOSITORY / source).exists() for source in copied)
    ignore_lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignore_lines if line.startswith("!")} == set(copied)
    assert set(re.findall(r"(?:ENV|^ {4})(?: )?(\w+)=", text, re.M)) <= SETTINGS | OTHER_VARIABLES
    assert commands_in(text) == {("bot", "run"), ("bot", "health")}
    assert "USER byline" in text


def test_each_compose_service_has_only_the_privileges_it_needs() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"bot", "rebuild", "chroma"}
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "ports" not in service
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert set(service.get("environment", {})) <= SETTINGS
        assert {mount.split(":")[0] for mount in service["volumes"]} <= {*compose["volumes"], "../articles"}
    assert compose["networks"]["inside"] == {"internal": True}
    assert [name for name, service in services.items() if "outside" in service["networks"]] == ["bot"]
    assert [name for name, service in services.items() if "env_file" in service] == ["bot"]
