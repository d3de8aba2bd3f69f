"""The compose file, read by whichever Compose is installed, and by the rules of its oldest supported version.

`tests/support/compose_spec_1_29.json` is the schema that docker-compose 1.29.2 ships (Apache License 2.0).
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docker-compose.yml"
SCHEMA = ROOT / "tests/support/compose_spec_1_29.json"
ENVIRONMENT = {"POSTGRES_PASSWORD": "one", "VALKEY_PASSWORD": "two"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def installed_commands() -> list[list[str]]:
    """The Compose commands of this machine, old and new."""
    found = []
    if shutil.which("docker-compose"):
        found.append(["docker-compose"])
    if shutil.which("docker"):
        answer = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if answer.returncode == 0 and b"ompose" in answer.stdout:
            found.append(["docker", "compose"])
    return found


def test_the_schema_of_docker_compose_1_29_accepts_the_file(compose: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(compose)


@pytest.mark.parametrize("profile", [[], ["--profile", "demo"]])
def test_every_compose_that_is_installed_accepts_the_file(profile: list[str]) -> None:
    commands = installed_commands()
    if not commands:
        pytest.skip("neither docker-compose nor Compose v2 is installed")
    for command in commands:
        done = subprocess.run(
            [*command, *profile, "--file", str(FILE), "config", "--quiet"],
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_each_node_has_one_persona_a_worker_and_a_daemon(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for persona in ("pan", "mnt", "psn"):
        worker, daemon = services[f"worker-{persona}"], services[f"notifyd-{persona}"]
        assert worker["command"][-2:] == ["--personas", persona]
        assert worker["environment"] == daemon["environment"]
        assert worker["environment"]["ISE_MAIL_PERSONAS"] == persona
        assert worker["environment"]["ISE_MAIL_NODE"] == f"ise-{persona}"


def test_what_runs_our_code_has_no_rights_it_does_not_need(compose: dict[str, Any]) -> None:
    own = [service for service in compose["services"].values() if service.get("image") == "ise-mail"]
    assert len(own) == 9
    for service in own:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert dockerfile.index("USER ise-mail") > dockerfile.index("RUN pip install")


def test_neither_broker_nor_database_is_reachable_from_outside_and_none_has_a_built_in_password(
    compose: dict[str, Any],
) -> None:
    for name in ("valkey", "postgres"):
        assert "ports" not in compose["services"][name]
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert FILE.read_text().count("PASSWORD:?") == 5


def test_mailpit_starts_only_in_the_demo_profile(compose: dict[str, Any]) -> None:
    with_profile = {name for name, service in compose["services"].items() if "profiles" in service}
    assert with_profile == {"mailpit"}
