"""The import contract holds, and each of its contracts notices a fault planted for it."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / ".importlinter"

# For each contract: the module that gets the fault, and the import that must not stand there.
FAULTS = {
    "floors": ("console/menu.py", "import deployment.personas"),
    "pure": ("notifications/mail/placeholders.py", "import celery"),
    "console-rooms": ("deployment/keys.py", "from console.models import AuditEvent"),
    "deployment-doors": ("certificates/words.py", "from deployment.models import Node"),
    "certificates-doors": ("notifications/words.py", "import certificates.models"),
    "notifications-doors": ("accounts/directory.py", "import notifications.models"),
    "accounts-doors": ("guests/registration.py", "from accounts.models import User"),
    "top-floors": ("accounts/directory.py", "import guests.registration"),
}


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(CONTRACT)
    return parser


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages and the contract, to plant faults in."""
    for package in contracts()["importlinter"]["root_packages"].split():
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONTRACT, tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_every_app_stands_under_the_contract() -> None:
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"ise_mail"}
    assert apps == set(contracts()["importlinter"]["root_packages"].split())


def test_every_contract_has_its_planted_fault() -> None:
    sections = [name.rsplit(":", 1)[1] for name in contracts().sections() if ":contract:" in name]
    assert sections == list(FAULTS)


@pytest.mark.parametrize("contract", FAULTS)
def test_a_planted_fault_breaks_its_contract(copy: Path, contract: str) -> None:
    module, fault = FAULTS[contract]
    path = copy / module
    assert path.exists()
    path.write_text(f"{path.read_text()}\n{fault}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert f"{contracts()[f'importlinter:contract:{contract}']['name']} BROKEN" in done.stdout.replace(
        "\n", " "
    )


@pytest.mark.parametrize("path", ["certificates/pki", "notifications/smtp", "notifications/mail"])
def test_a_pure_core_may_not_reach_django_by_a_detour(copy: Path, path: str) -> None:
    (copy / path / "detour.py").write_text("import console.secrets\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{path.replace('/', '.')}.detour -> console.secrets" in done.stdout
