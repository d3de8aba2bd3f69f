"""The certificates of the bench are read as what the bench says of them."""

from datetime import UTC, datetime

from certificates.pki import fields
from sandbox.bench.synthetic import Mold

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_each_certificate_is_another_one_and_has_the_fields_that_are_said_of_it() -> None:
    mold = Mold()
    made = list(mold.series(120, now=NOW))
    assert len({one.sha256 for one in made}) == len({one.serial_hex for one in made}) == 120
    for one in made:
        read = fields.read(fields.load(one.der))
        assert (read.subject_name, read.issuer_name) == (one.name, one.issuer)
        assert (read.sha256, read.serial_hex) == (one.sha256, one.serial_hex)
        assert (read.subject_key, read.key_sha256) == (one.subject_key, mold.key_sha256)
        assert (read.not_before, read.not_after) == (one.not_before, one.not_after)
        assert read.is_ca and not read.unreadable


def test_one_in_fifty_is_in_date() -> None:
    series = Mold().series(500, now=NOW)
    assert all(one.not_before < NOW < one.not_after for number, one in enumerate(series) if number % 50 == 0)
