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
