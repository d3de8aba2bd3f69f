"""user_add as other tools call it: its own process, its exit codes and nothing but JSON on stdout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with its own migrated SQLite database."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "password").write_text("copper-window-violet-31\n")
    assert manage(folder, "migrate", "--verbosity", "0").returncode == 0
    return folder


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "ISE_MAIL_DATA": str(folder)}
    surroundings.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_user_is_added_once(data: Path) -> None:
    arguments = (
        "user_add",
        "nora",
        "--group",
        "Super Admin",
        "--password-file",
        str(data / "password"),
        "--json",
    )
    first = manage(data, *arguments)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["code"] == "OK"
    second = manage(data, *arguments)
    assert second.returncode == 10
    assert json.loads(second.stdout)["code"] == "USERNAME_REFUSED"
    assert "There is already a user with this name." in second.stderr


def test_a_missing_argument_is_a_usage_error(data: Path) -> None:
    assert manage(data, "user_add", "nora").returncode == 2


def test_an_unknown_user_cannot_be_unlocked(data: Path) -> None:
    answer = manage(data, "user_unlock", "nobody", "--json")
    assert answer.returncode == 10
    assert json.loads(answer.stdout)["code"] == "USER_UNKNOWN"
