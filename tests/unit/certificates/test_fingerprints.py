"""Fingerprints that a person compares: what is hidden, and what counts as typed."""

import pytest

from certificates.pki.fingerprints import has_end, masked

DIGITS = "0c9e" * 14 + "a1b2c3d4"


def test_the_last_eight_digits_are_hidden_and_all_others_are_shown():
    shown = masked(DIGITS)
    assert shown.endswith(":0C:9E:••:••:••:••")
    assert shown.count(":") == 31
    assert "A1" not in shown


@pytest.mark.parametrize(
    "typed", ["a1b2c3d4", "A1:B2:C3:D4", " a1 b2 c3 d4 ", "A1-B2.C3-D4", DIGITS, DIGITS.upper()]
)
def test_the_end_counts_however_it_is_written(typed):
    assert has_end(DIGITS, typed)


@pytest.mark.parametrize(
    "typed", ["", "a1b2c3d", "a1b2c3d5", "0c9e0c9e", "••••", f"00{DIGITS}", "9ea1b2c3d4"]
)
def test_everything_else_does_not(typed):
    assert not has_end(DIGITS, typed)
