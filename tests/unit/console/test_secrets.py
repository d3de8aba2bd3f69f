"""Sealing secrets: bound to their place, opened by the ring."""

from pathlib import Path

import pytest

from console import secrets


@pytest.fixture
def ring_file(tmp_path: Path, settings) -> Path:
    """A key ring of this test's own."""
    path = tmp_path / "keyring"
    path.write_text(secrets.new_ring_line())
    settings.ISE_MAIL_KEYRING = path
    return path


def test_a_sealed_text_opens_at_its_own_place(ring_file: Path) -> None:
    token = secrets.seal("pä$$ <1>", context="relay/1/password")

    assert "pä$$" not in token
    assert secrets.unseal(token, context="relay/1/password") == "pä$$ <1>"


def test_a_sealed_text_moved_to_another_place_does_not_open(ring_file: Path) -> None:
    token = secrets.seal("secret", context="outbox/1/values")

    with pytest.raises(secrets.SealBroken):
        secrets.unseal(token, context="outbox/2/values")


@pytest.mark.parametrize("token", ["", "v1", "v1:k1", "v2:k1:AAAA", "secret"])
def test_what_is_no_sealed_text_is_refused(ring_file: Path, token: str) -> None:
    with pytest.raises(secrets.SealBroken):
        secrets.unseal(token, context="relay/1/password")


def test_a_truncated_text_is_refused(ring_file: Path) -> None:
    token = secrets.seal("secret", context="a")

    with pytest.raises(secrets.SealBroken):
        secrets.unseal(token[:-6], context="a")


def test_two_seals_of_the_same_text_differ(ring_file: Path) -> None:
    assert secrets.seal("secret", context="a") != secrets.seal("secret", context="a")


def test_after_a_new_key_is_put_first_the_old_texts_still_open(ring_file: Path) -> None:
    token = secrets.seal("secret", context="a")
    ring_file.write_text(secrets.new_ring_line() + ring_file.read_text())

    assert secrets.unseal(token, context="a") == "secret"
    assert secrets.key_id_of(secrets.seal("secret", context="a")) != secrets.key_id_of(token)


def test_a_text_whose_key_left_the_ring_names_the_missing_key(ring_file: Path) -> None:
    token = secrets.seal("secret", context="a")
    ring_file.write_text(secrets.new_ring_line())

    with pytest.raises(secrets.KeyMissing) as missing:
        secrets.unseal(token, context="a")
    assert missing.value.key_id == secrets.key_id_of(token)


@pytest.mark.parametrize("content", ["", "# nothing\n", "k1 c2hvcnQ=\n", "k1 not-base64!\n"])
def test_a_ring_without_a_usable_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keyring"
    path.write_text(content)

    with pytest.raises(secrets.KeyRingBroken):
        secrets.read_ring(path)


def test_a_ring_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(secrets.KeyRingBroken, match="absent"):
        secrets.read_ring(tmp_path / "absent")
