"""Words for every code: none is forgotten, none fails for want of a parameter, none trusts what it quotes."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from certificates import words
from certificates.chain_words import CHAIN
from certificates.importing.words import DETAILS
from certificates.revocation.words import ANSWERS, LISTS, REVOKED

ROOT = Path(__file__).resolve().parents[3]
NOT_CODES = {"OK", "RSASSA-PSS"}


def codes_in_sources() -> set[str]:
    """Every literal that looks like a code, in the modules that make findings and verdicts."""
    pattern = re.compile(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|PKCS12|DUPLICATE)"')
    pure = [path for path in (ROOT / "certificates/pki").glob("*.py") if path.stem != "oids"]
    sources = [*pure, *(ROOT / "certificates/importing").glob("*ing.py")]
    found = {code for source in sources for code in pattern.findall(source.read_text())}
    return {code for code in found if not code.startswith("MAX_")} - NOT_CODES


def test_every_code_that_is_made_has_words() -> None:
    assert codes_in_sources() - set(words.TABLE) == set()


@pytest.mark.parametrize("code", sorted(words.TABLE))
def test_no_sentence_fails_without_its_parameters(code: str) -> None:
    text = words.text_of(code, {})
    assert text.cause.strip() and text.remedy.strip()
    assert "%(" not in str(text)


def how_to() -> dict[str, str]:
    """The sentence beside each code in the tables of the how-to; a name in italics stands for a value."""
    text = (ROOT / "docs/howto/trust.md").read_text()
    return dict(re.findall(r"^\| ([A-Z0-9_]+) \| (.*?) \| .+ \|$", text, re.MULTILINE))


def test_the_how_to_names_every_code_of_a_chain_and_its_revocation() -> None:
    assert set(how_to()) == {*CHAIN, *REVOKED, *LISTS, *ANSWERS}


@pytest.mark.parametrize(("code", "sentence"), how_to().items())
def test_the_how_to_says_what_the_page_says(code: str, sentence: str) -> None:
    assert re.sub(r"%\((\w+)\)s", r"*\1*", str(words.TABLE[code][0])) == sentence


def test_an_unknown_code_is_named() -> None:
    assert "NEVER_HEARD_OF" in words.text_of("NEVER_HEARD_OF", {}).cause


def test_usages_are_quoted_with_the_labels_of_ise() -> None:
    params = {"name": "Lab", "usages": "cisco_services", "needed": "infrastructure"}
    assert words.text_of("ISSUER_WRONG_USAGE", params).cause == (
        "“Lab” is trusted only for this: Trust for authentication of Cisco Services. "
        "It lacks “Trust for authentication within ISE”."
    )


def test_a_number_of_bits_is_not_taken_for_a_usage() -> None:
    params = {"name": "Lab", "bits": "1024", "needed": "2048"}
    assert words.text_of("WEAK_KEY_CA", params).cause.endswith("1024 bits, 2048 are needed.")


@pytest.mark.parametrize("detail", DETAILS)
def test_damage_is_told_in_words_of_its_own_and_with_a_full_stop(detail: str) -> None:
    told = str(words.text_of("BLOCK_BROKEN", {"block": "1", "detail": detail}))
    assert told == f"Block 1 is damaged ({DETAILS[detail]}). Export this certificate again."


def test_days_are_counted_in_singular_and_plural() -> None:
    params = {"role": "server", "name": "mx", "date": "2026-04-06T12:58:00+00:00"}
    one, two = (words.text_of("CERT_EXPIRED", params | {"days": days}).cause for days in ("1", "2"))
    assert one == "The certificate of the server, “mx”, expired on 6 Apr 2026 12:58:00 UTC (1 day ago)."
    assert two.endswith("(2 days ago).")
    none = words.text_of("CERT_EXPIRES_SOON", params | {"days": "0"}).cause
    assert none.endswith("(in less than a day).")


def test_dates_are_written_as_on_the_pages_in_french_too() -> None:
    params = {"role": "server", "name": "mx", "date": "2026-04-06T12:58:00+00:00", "days": "2"}
    with override("fr"):
        assert "6 avr. 2026 12:58:00 UTC" in words.text_of("CERT_EXPIRED", params).cause


@pytest.mark.parametrize(
    ("code", "params", "told"),
    [
        ("REVOKED_CRL", {"reason": "keyCompromise"}, "(key compromised)"),
        ("REVOKED_OCSP", {"reason": "of another world"}, "(of another world)"),
        ("REFUSED_BY_GATE", {"reason": "PORT"}, "(this port is not open)"),
        ("CRL_BAD_NUMBER", {"detail": "missing"}, "(it has none)"),
        ("OCSP_STALE", {"detail": "nextUpdate 2026-04-06T12:58:00+00:00"}, "due on 6 Apr 2026 12:58:00 UTC)"),
        ("OCSP_STALE", {"detail": "thisUpdate 2026-04-06T12:58:00+00:00, no nextUpdate"}, "12:58:00 UTC)"),
        ("CRL_UNREADABLE", {"detail": 'error: ParseError { kind: ["a"] }'}, "cannot be read: error."),
        ("SECOND_OPINION", {"text": "Forbidden: AlgorithmIdentifier { oid: 1"}, "chain: Forbidden."),
        ("CERT_UNREADABLE", {"detail": "extensions"}, "its extensions."),
    ],
)
def test_what_a_check_found_is_told_in_words(code: str, params: dict[str, str], told: str) -> None:
    assert told in words.text_of(code, params).cause


def test_what_a_certificate_says_is_cut_and_never_read_as_a_format() -> None:
    cause = words.text_of("SELF_SIGNED", {"name": "%(evil)s%s" + "x" * 5000}).cause
    assert "%(evil)s%s" in cause and len(cause) < 500


def test_what_a_library_dumps_is_left_out_and_a_moment_is_readable() -> None:
    dump = "validation failed: Forbidden public key algorithm: AlgorithmIdentifier { oid: X, params: [0, 1"
    told = words.text_of("SECOND_OPINION", {"text": dump}).cause
    assert told.endswith("validation failed: Forbidden public key algorithm.")
    stale = words.text_of(
        "OCSP_STALE", {"url": "http://o/", "detail": "nextUpdate 2026-11-22T14:10:40+00:00"}
    )
    assert stale.cause.endswith("is out of date (its successor was due on 22 Nov 2026 14:10:40 UTC).")
