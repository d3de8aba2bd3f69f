"""A variable that cannot be used is refused by name in one sentence, without a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISE_MAIL_TIME_ZONE", "Mars"),
        ("ISE_MAIL_LOG_LEVEL", "zzz"),
        ("ISE_MAIL_SESSION_HOURS", "x"),
        ("ISE_MAIL_PUBLIC_URL", "foo"),
        ("ISE_MAIL_EGRESS_ALLOW", "foo"),
        ("ISE_MAIL_TRUSTED_PROXIES", "-1"),
        ("REDIS_URL", "foo"),
        ("DATABASE_URL", "postgres://x:sesame@127.0.0.1:abc/z"),
        ("DATABASE_URL", "mysql://x:sesame@127.0.0.1/z"),
        ("ISE_MAIL_SECOND_GATE", "maybe"),
        ("ISE_MAIL_EHLO_NAME", "no name"),
        ("ISE_MAIL_FQDN", "mail.testlab.com\nX"),
        ("ISE_MAIL_DATA", str(ROOT)),
        ("ISE_MAIL_DATA", "/"),
    ],
)
def test_a_bad_variable_is_named_in_one_sentence_with_exit_code_2(
    tmp_path: Path, name: str, value: str
) -> None:
    kept = {key: text for key, text in os.environ.items() if not key.startswith("ISE_MAIL_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "smtp_show"],
        env={**kept, "ISE_MAIL_DATA": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"{name} must ")
    assert len(done.stderr.splitlines()) == 1
    assert "sesame" not in done.stderr


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgres://x:sesame@127.0.0.1:1/z", "127.0.0.1, port 1,"),
        ("sqlite:////nowhere/x.sqlite3", "/nowhere/x.sqlite3"),
    ],
)
def test_a_database_that_takes_no_connection_is_told_in_one_sentence_with_exit_code_69(
    tmp_path: Path, url: str, place: str
) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up"],
        env={**os.environ, "ISE_MAIL_DATA": str(tmp_path), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 69, done.stderr
    (sentence,) = done.stderr.splitlines()
    assert place in sentence and "correct DATABASE_URL" in sentence
    assert "sesame" not in sentence


@pytest.mark.parametrize(
    "words",
    [("--port", "99999"), ("--port", "-1"), ("--port", "0"), ("--port", "x"), ("--data", "")],
    ids=" ".join,
)
def test_an_option_of_up_that_cannot_be_used_is_a_usage_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up", *words],
        env={**os.environ, "ISE_MAIL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert words[0] in done.stderr
    assert "Traceback" not in done.stderr
