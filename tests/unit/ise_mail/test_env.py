"""What the surroundings may say, and what is refused in a sentence."""

from pathlib import Path

import pytest

from ise_mail import env

FOLDER = Path("/srv/ise-mail")


@pytest.mark.parametrize("url", [None, ""])
def test_without_a_database_address_a_file_in_the_data_folder_is_used(
    monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    if url is None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("DATABASE_URL", url)

    found = env.database(FOLDER)

    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == "/srv/ise-mail/ise-mail.sqlite3"


def test_a_postgresql_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ise:p%40ss@db.testlab.com:5433/mail")

    found = env.database(FOLDER)

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"]) == (
        "db.testlab.com",
        5433,
        "ise",
        "p@ss",
        "mail",
    )


@pytest.mark.parametrize("url", ["bogus://x", "mysql://a:b@c/d", "just words"])
def test_another_kind_of_database_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(env.SettingsError, match="postgres://"):
        env.database(FOLDER)


@pytest.mark.parametrize("value", ["", "0", "301", "ten", "5.5"])
def test_a_number_out_of_its_bounds_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ISE_MAIL_SESSION_HOURS", value)

    with pytest.raises(env.SettingsError, match="ISE_MAIL_SESSION_HOURS"):
        env.number("ISE_MAIL_SESSION_HOURS", 12, lowest=1, highest=72)


def test_allowed_addresses_may_be_names_and_both_kinds_of_ip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISE_MAIL_EGRESS_ALLOW", "localhost:2587, [::1]:2465,127.0.0.1:25")

    assert env.addresses("ISE_MAIL_EGRESS_ALLOW") == (
        env.Address("localhost", 2587),
        env.Address("::1", 2465),
        env.Address("127.0.0.1", 25),
    )


@pytest.mark.parametrize("value", ["localhost", "localhost:", ":25", "localhost:smtp"])
def test_an_allowed_address_without_host_or_port_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ISE_MAIL_EGRESS_ALLOW", value)

    with pytest.raises(env.SettingsError, match="host:port"):
        env.addresses("ISE_MAIL_EGRESS_ALLOW")


@pytest.mark.parametrize("holds", [(), ("keyring", "ise-mail.sqlite3", "ise-mail.sqlite3-wal", "sandbox")])
def test_a_data_folder_that_is_all_ours_is_closed_to_other_users(
    tmp_path: Path, holds: tuple[str, ...]
) -> None:
    tmp_path.chmod(0o755)
    for name in holds:
        (tmp_path / name).touch()

    env.make_data_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o7777 == 0o700


def test_a_new_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    env.make_data_folder(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("mode", "name"), [(0o755, "letters"), (0o1777, "keyring"), (0o2770, "keyring")])
def test_a_folder_that_is_shared_keeps_its_rights(tmp_path: Path, mode: int, name: str) -> None:
    (tmp_path / name).touch()
    tmp_path.chmod(mode)

    env.make_data_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o7777 == mode


def test_a_data_folder_that_cannot_be_made_or_written_to_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(env.SettingsError, match=r"cannot be made .*: name another with --data"):
        env.make_data_folder(tmp_path / "file" / "x")
    with pytest.raises(env.SettingsError, match=r"cannot be written to .*: name another with --data"):
        env.secret_key(Path("/proc"))
