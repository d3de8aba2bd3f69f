"""The private folder of the broker's socket: one holder, nothing left behind, nobody else's touched."""

import os
from pathlib import Path

import pytest

from sandbox import socket_folder

LIVE, STALE = "0" * 12, "f" * 12


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left_behind(folder: Path) -> Path:
    """Make what a process leaves that was killed: the folder with its socket, which nobody holds."""
    folder.mkdir(mode=0o700)
    (folder / socket_folder.SOCKET_NAME).touch()
    return folder


def test_a_folder_is_private_has_one_holder_and_goes_with_it() -> None:
    folder = socket_folder.path_for(LIVE)
    held = socket_folder.take(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(socket_folder.FolderRefused, match="stop it"):
        socket_folder.take(folder)
    (folder / socket_folder.SOCKET_NAME).touch()
    socket_folder.leave(folder, held)
    assert not folder.exists()


def test_what_killed_processes_left_is_cleared_and_what_is_held_stays() -> None:
    stale = left_behind(socket_folder.path_for(STALE))
    live = left_behind(socket_folder.path_for(LIVE))
    held = socket_folder.take(live)
    socket_folder.clear_stale()
    assert not stale.exists()
    assert (live / socket_folder.SOCKET_NAME).exists()
    os.close(held)


def test_other_folders_and_other_files_stay(temporary_folder: Path) -> None:
    named_otherwise = left_behind(temporary_folder / f"ise-mail-{os.getuid()}-tests")
    open_to_all = left_behind(socket_folder.path_for("a" * 12))
    open_to_all.chmod(0o755)
    with_a_file = left_behind(socket_folder.path_for("b" * 12))
    (with_a_file / "notes.txt").touch()
    elsewhere = temporary_folder / "elsewhere"
    link = socket_folder.path_for("c" * 12)
    link.symlink_to(left_behind(elsewhere))
    socket_folder.clear_stale()
    assert (named_otherwise / socket_folder.SOCKET_NAME).exists()
    assert (open_to_all / socket_folder.SOCKET_NAME).exists()
    assert (with_a_file / "notes.txt").exists()
    assert (elsewhere / socket_folder.SOCKET_NAME).exists() and link.is_symlink()


def test_a_folder_that_others_may_enter_is_refused() -> None:
    folder = left_behind(socket_folder.path_for(LIVE))
    folder.chmod(0o755)
    with pytest.raises(socket_folder.FolderRefused, match="remove it"):
        socket_folder.take(folder)
