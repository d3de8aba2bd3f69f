"""user_add and user_unlock: what they do, and the exit codes other tools rely on."""

import json
from io import StringIO
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from console.models import AuditEvent
from tests.support import people

pytestmark = pytest.mark.django_db
GOOD = "copper-window-violet-31"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{GOOD}\n")
    return path


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit code of a command and what it wrote to stdout."""
    out = StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_a_sponsor_is_added(password_file: Path) -> None:
    code, told = run(
        "user_add", "nora", "--group", "ALL_ACCOUNTS (default)", "--password-file", str(password_file)
    )
    assert (code, told) == (0, "nora was created in ALL_ACCOUNTS (default).\n")
    nora = User.objects.get(username="nora")
    assert nora.check_password(GOOD)
    assert nora.must_change_password
    assert AuditEvent.objects.get(action="user.create").actor == "command line"


@pytest.mark.parametrize(
    ("written", "password"),
    [("secret words 42", "secret words 42"), ("secret words 42\n\n", "secret words 42\n")],
)
def test_one_final_newline_of_the_password_file_is_dropped(
    password_file: Path, written: str, password: str
) -> None:
    password_file.write_text(written)
    run("user_add", "nora", "--group", "Employee", "--password-file", str(password_file))
    assert User.objects.get(username="nora").check_password(password)


def test_with_json_nothing_but_the_json_is_written(password_file: Path) -> None:
    code, told = run(
        "user_add",
        "nora",
        "--group=Super Admin",
        f"--password-file={password_file}",
        "--email=nora@testlab.com",
        "--include-system-alarms",
        "--keep-password",
        "--json",
    )
    assert code == 0
    assert json.loads(told) == {"code": "OK", "name": "nora", "kind": "admin", "group": "Super Admin"}
    assert GOOD not in told
    assert not User.objects.get(username="nora").must_change_password


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["ADA", "--group=Employee"], 10, "USERNAME_REFUSED"),
        (["nora", "--group=Nobody"], 12, "GROUP_REFUSED"),
        (["nora", "--group=Employee", "--email=nonsense"], 13, "DETAIL_REFUSED"),
        (["no spaces", "--group=Employee"], 13, "DETAIL_REFUSED"),
    ],
)
def test_each_refusal_has_its_exit_code(
    password_file: Path, arguments: list[str], code: int, word: str
) -> None:
    people.ada()
    got, told = run("user_add", *arguments, f"--password-file={password_file}", "--json")
    assert (got, json.loads(told)["code"]) == (code, word)


def test_a_weak_password_is_refused_with_its_reasons(password_file: Path) -> None:
    password_file.write_text("password")
    code, told = run("user_add", "nora", "--group=Employee", f"--password-file={password_file}", "--json")
    assert code == 11
    assert json.loads(told)["reasons"] == ["This password is too common."]


def test_a_password_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run("user_add", "nora", "--group=Employee", f"--password-file={tmp_path / 'none'}") == (2, "")


def test_user_unlock_opens_the_door_from_every_address() -> None:
    people.ada()
    for address in ("192.0.2.1", "192.0.2.2"):
        for _ in range(5):
            Client(REMOTE_ADDR=address).post("/sign-in/", {"login": "ada", "password": "wrong"})
    code, told = run("user_unlock", "Ada", "--json")
    assert (code, json.loads(told)) == (0, {"code": "OK", "name": "Ada", "counters": 2})
    assert not AccessAttempt.objects.exists()
    answer = Client(REMOTE_ADDR="192.0.2.1").post("/sign-in/", {"login": "ada", "password": people.PASSWORD})
    assert answer.status_code == 302
    assert AuditEvent.objects.filter(action="sign_in.unlock", target="user:ada").exists()


def test_user_unlock_knows_who_does_not_exist() -> None:
    assert run("user_unlock", "nobody")[0] == 10
