"""Every fault of a revocation list, and whether a certificate stands on one."""

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pki import given_lists
from certificates.pki.crl import CrlRefused, check_list, lookup
from certificates.pki.rules import CrlRule
from certificates.pki.verdict import Finding
from tests.support.pki import DAY, NOW, Made, Recipe, intermediate, make, root, server
from tests.support.revocation import HOUR, Entry, at_point, crl, scope, version_1, without_end

URL = "http://ca.testlab.com/lab.crl"
REMOVED = x509.ReasonFlags.remove_from_crl
ODD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@pytest.fixture(scope="module")
def issuer() -> Made:
    return root()


@pytest.fixture(scope="module")
def leaf(issuer: Made) -> Made:
    return server(issuer)


def fault_of(der: bytes, authority: Made, *, held: int | None = None, **more: Any) -> tuple[str, str]:
    with pytest.raises(CrlRefused) as refused:
        check_list(der, authority=authority.certificate, now=NOW, held_number=held, **more)
    return refused.value.code, refused.value.params.get("detail", "")


def looked_up(made: Made, issuer: Made, der: bytes | None, **options: bool) -> Finding | None:
    rule = CrlRule(der, URL, **options)
    return lookup(made.certificate, issuer.certificate, rule=rule, now=NOW)


def code_of(made: Made, issuer: Made, der: bytes | None, **options: bool) -> str:
    found = looked_up(made, issuer, der, **options)
    assert found is None or found.severity == "E"
    return "" if found is None else found.code


def test_a_sound_list_tells_its_numbers(issuer: Made) -> None:
    der = crl(issuer, number=12, entries=[Entry(5), Entry(6)])
    facts = check_list(der, authority=issuer.certificate, now=NOW, held_number=12)
    assert (facts.number, facts.revoked_count, facts.is_delta) == (12, 2, False)
    assert (facts.this_update, facts.next_update) == (NOW - HOUR, NOW + DAY)
    assert facts.issuer == "CN=Testlab Root CA,O=Testlab"


def test_a_list_of_every_kind_of_key_is_read() -> None:
    for key in (rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()):
        authority = root(key=key)
        facts = check_list(crl(authority), authority=authority.certificate, now=NOW, held_number=None)
        assert facts.number == 7


def test_bytes_that_are_no_list_are_unreadable(issuer: Made) -> None:
    sound = crl(issuer)
    for broken in (b"", b"<html>not found</html>", sound[:-1], sound + b"\x00", issuer.der, b"\x30\x80"):
        assert fault_of(broken, issuer)[0] == "CRL_UNREADABLE"


def test_a_list_of_another_authority_is_refused(issuer: Made) -> None:
    assert fault_of(crl(root("Other CA")), issuer)[0] == "CRL_WRONG_ISSUER"


def test_a_list_of_an_impostor_with_the_same_name_is_refused(issuer: Made) -> None:
    assert fault_of(crl(root()), issuer)[0] == "CRL_BAD_SIGNATURE"
    assert fault_of(crl(issuer, signed_by=root()), issuer)[0] == "CRL_BAD_SIGNATURE"
    flipped = bytearray(crl(issuer))
    flipped[-3] ^= 1
    assert fault_of(bytes(flipped), issuer)[0] == "CRL_BAD_SIGNATURE"


def test_an_authority_without_crl_sign_issues_no_lists() -> None:
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
    authority = make(
        Recipe(
            "CA without lists",
            ca=None,
            usages=(),
            extra=[(x509.BasicConstraints(True, None), True), (usage, True)],
        )
    )
    assert fault_of(crl(authority), authority) == ("CRL_SIGNER_NOT_AUTHORIZED", "keyUsage without cRLSign")
    assert code_of(server(authority), authority, crl(authority)) == "CRL_SIGNER_NOT_AUTHORIZED"


def test_an_authority_without_key_usage_may_issue_lists() -> None:
    authority = make(Recipe("Plain CA", ca=None, extra=[(x509.BasicConstraints(True, None), True)]))
    assert code_of(server(authority), authority, crl(authority)) == ""


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"number": None}, "missing"),
        ({"number_is_critical": True}, "critical"),
        ({"number": 1 << 160}, "out of range"),
    ],
)
def test_the_number_of_a_list_is_demanded_as_rfc_5280_does(
    issuer: Made, leaf: Made, changes: dict[str, Any], detail: str
) -> None:
    der = crl(issuer, **changes)
    assert fault_of(der, issuer) == ("CRL_BAD_NUMBER", detail)
    assert code_of(leaf, issuer, der) == "CRL_BAD_NUMBER"


def test_an_older_list_does_not_replace_a_newer_one(issuer: Made) -> None:
    assert fault_of(crl(issuer, number=6), issuer, held=7)[0] == "CRL_NUMBER_BACK"
    assert check_list(crl(issuer), authority=issuer.certificate, now=NOW, held_number=7).number == 7


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (NOW - 2 * DAY, NOW - HOUR, "CRL_EXPIRED"),
        (NOW + HOUR, NOW + DAY, "CRL_NOT_YET_VALID"),
    ],
)
def test_dates_count_unless_they_are_ignored(
    issuer: Made, leaf: Made, begins: dt.datetime, ends: dt.datetime, code: str
) -> None:
    der = crl(issuer, this_update=begins, next_update=ends)
    assert fault_of(der, issuer)[0] == code
    assert check_list(der, authority=issuer.certificate, now=NOW, held_number=None, ignore_dates=True)
    assert code_of(leaf, issuer, der) == code
    assert code_of(leaf, issuer, der, ignore_dates=True) == ""
    listed = crl(
        issuer, this_update=begins, next_update=ends, entries=[Entry(leaf.certificate.serial_number)]
    )
    assert code_of(leaf, issuer, listed) == code
    assert code_of(leaf, issuer, listed, ignore_dates=True) == "REVOKED_CRL"


def test_a_delta_is_no_list_to_rest_on(issuer: Made, leaf: Made) -> None:
    der = crl(issuer, extra=[(x509.DeltaCRLIndicator(3), True)])
    assert fault_of(der, issuer)[0] == "CRL_DELTA"
    assert code_of(leaf, issuer, der) == "CRL_DELTA"


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"indirect_crl": True}, "indirectCRL"),
        ({"only_contains_attribute_certs": True}, "onlyContainsAttributeCerts"),
        ({"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}, "onlySomeReasons"),
    ],
)
def test_a_list_of_a_part_of_the_revocations_is_refused(
    issuer: Made, leaf: Made, changes: dict[str, Any], detail: str
) -> None:
    der = crl(issuer, extra=[scope(**changes)])
    assert fault_of(der, issuer) == ("CRL_WRONG_SCOPE", detail)
    assert code_of(leaf, issuer, der) == "CRL_WRONG_SCOPE"


def test_a_list_of_users_says_nothing_of_authorities_and_the_other_way_round(
    issuer: Made, leaf: Made
) -> None:
    below = intermediate(issuer)
    users = crl(issuer, extra=[scope(only_contains_user_certs=True)])
    authorities = crl(issuer, extra=[scope(only_contains_ca_certs=True)])
    assert [code_of(m, issuer, users) for m in (leaf, below)] == ["", "CRL_WRONG_SCOPE"]
    assert [code_of(m, issuer, authorities) for m in (leaf, below)] == ["CRL_WRONG_SCOPE", ""]


def test_a_list_of_one_distribution_point_speaks_of_its_certificates_only(issuer: Made) -> None:
    here = server(issuer, extra=[at_point(URL)])
    there = server(issuer, extra=[at_point("http://ca.testlab.com/other.crl")])
    der = crl(issuer, extra=[scope(full_name=[x509.UniformResourceIdentifier(URL)])])
    assert [code_of(m, issuer, der) for m in (here, there)] == ["", "CRL_WRONG_SCOPE"]
    assert code_of(server(issuer), issuer, der) == "CRL_WRONG_SCOPE"


def test_unknown_critical_extensions_are_refused_in_the_list_and_in_its_entries(
    issuer: Made, leaf: Made
) -> None:
    for der in (
        crl(issuer, extra=[(ODD, True)]),
        crl(issuer, entries=[Entry(5, extra=[(ODD, True)])]),
        crl(issuer, extra=[scope(only_contains_user_certs=True)], entries=[Entry(5, extra=[(ODD, True)])]),
    ):
        assert fault_of(der, issuer) == ("CRL_UNKNOWN_CRITICAL_EXT", "1.2.3.4")
        assert code_of(leaf, issuer, der) == "CRL_UNKNOWN_CRITICAL_EXT"
    harmless = crl(issuer, extra=[(ODD, False)], entries=[Entry(5, extra=[(ODD, False)])])
    assert code_of(leaf, issuer, harmless) == ""


def test_openssl_understands_no_critical_extension_of_an_entry(issuer: Made, leaf: Made) -> None:
    reason = (x509.CRLReason(x509.ReasonFlags.superseded), True)
    der = crl(issuer, entries=[Entry(5, extra=[reason])])
    assert fault_of(der, issuer)[0] == code_of(leaf, issuer, der) == "CRL_UNKNOWN_CRITICAL_EXT"


def test_a_list_of_version_1_has_no_number_and_counts(issuer: Made, leaf: Made) -> None:
    der = version_1(issuer, [Entry(leaf.certificate.serial_number)])
    facts = check_list(der, authority=issuer.certificate, now=NOW, held_number=3)
    assert (facts.number, facts.revoked_count) == (None, 1)
    assert code_of(leaf, issuer, der) == "REVOKED_CRL"
    assert code_of(server(issuer), issuer, der) == ""


def test_a_list_without_an_end_is_refused_unless_dates_are_ignored(issuer: Made, leaf: Made) -> None:
    der = without_end(crl(issuer, next_update=NOW + DAY), issuer)
    assert fault_of(der, issuer)[0] == "CRL_WITHOUT_END"
    assert code_of(leaf, issuer, der) == "CRL_WITHOUT_END"
    assert code_of(leaf, issuer, der, ignore_dates=True) == ""


def test_a_revoked_certificate_is_told_with_date_and_reason(issuer: Made, leaf: Made) -> None:
    entry = Entry(leaf.certificate.serial_number, NOW - 3 * DAY, x509.ReasonFlags.key_compromise)
    found = looked_up(leaf, issuer, crl(issuer, entries=[Entry(5), entry]))
    assert found is not None and found.code == "REVOKED_CRL"
    assert found.params == {
        "url": URL,
        "date": (NOW - 3 * DAY).isoformat(),
        "reason": "keyCompromise",
    }


def test_a_certificate_on_hold_is_revoked_and_a_complete_list_takes_none_off(
    issuer: Made, leaf: Made
) -> None:
    serial = leaf.certificate.serial_number
    held = crl(issuer, entries=[Entry(serial, reason=x509.ReasonFlags.certificate_hold)])
    assert code_of(leaf, issuer, held) == "REVOKED_CRL"
    assert code_of(leaf, issuer, crl(issuer, entries=[Entry(serial, reason=REMOVED)])) == "REVOKED_CRL"


def test_the_same_serial_number_of_another_issuer_is_not_meant(issuer: Made, leaf: Made) -> None:
    other = root("Other CA")
    twin = server(other, serial=leaf.certificate.serial_number)
    der = crl(issuer, entries=[Entry(leaf.certificate.serial_number)])
    assert code_of(twin, other, der) == "CRL_WRONG_ISSUER"


def test_a_revoked_certificate_with_a_fault_of_its_own_is_still_revoked(issuer: Made) -> None:
    """OpenSSL stops at the unknown extension before it comes to the list."""
    odd = server(issuer, extra=[(ODD, True)])
    listed = crl(issuer, entries=[Entry(odd.certificate.serial_number)])
    assert code_of(odd, issuer, listed) == "REVOKED_CRL"
    assert code_of(odd, issuer, crl(issuer)) == ""
    assert code_of(odd, issuer, crl(issuer, extra=[scope(only_contains_ca_certs=True)])) == "CRL_WRONG_SCOPE"


def test_the_dates_of_the_certificate_are_the_business_of_others(issuer: Made) -> None:
    expired = server(issuer, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    assert code_of(expired, issuer, crl(issuer)) == ""
    assert code_of(expired, issuer, crl(issuer, entries=[Entry(expired.certificate.serial_number)])) == (
        "REVOKED_CRL"
    )


def test_a_list_that_was_never_received_refuses_unless_it_is_bypassed(issuer: Made, leaf: Made) -> None:
    assert code_of(leaf, issuer, None) == "CRL_MISSING"
    assert code_of(leaf, issuer, None, bypass_if_missing=True) == ""
    expired = crl(issuer, this_update=NOW - 2 * DAY, next_update=NOW - DAY)
    assert code_of(leaf, issuer, expired, bypass_if_missing=True) == "CRL_EXPIRED"


def test_a_list_signed_with_sha1_is_too_weak() -> None:
    authority = root(key=rsa.generate_private_key(65537, 2048))
    sound = crl(authority)
    sha256, sha1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    assert fault_of(sound.replace(sha256, sha1), authority)[0] == "CRL_WEAK_SIGNATURE"


FUZZED_ISSUER = root()
FUZZED_LEAF = server(FUZZED_ISSUER)
FUZZED_LIST = crl(
    FUZZED_ISSUER,
    extra=[scope(only_contains_user_certs=True)],
    entries=[Entry(5), Entry(FUZZED_LEAF.certificate.serial_number)],
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutated_list_raises_and_none_clears_a_certificate(data: st.DataObject) -> None:
    mutated = bytearray(FUZZED_LIST)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] ^= data.draw(st.integers(1, 255))
    found = looked_up(FUZZED_LEAF, FUZZED_ISSUER, bytes(mutated))
    assert found is not None
    read, broken = given_lists.read_all([bytes(mutated)])
    sound, faults = given_lists.are_sound(read, NOW, issuer=FUZZED_ISSUER.certificate)
    assert len(broken) + len(faults) + len(sound) == 1
    assert not sound or bytes(mutated) == FUZZED_LIST


def test_the_list_of_a_thousand_entries_is_looked_through(issuer: Made) -> None:
    last = server(issuer, serial=99_000)
    der = crl(issuer, entries=[Entry(serial) for serial in range(98_001, 99_001)])
    assert code_of(last, issuer, der) == "REVOKED_CRL"
    assert code_of(server(issuer, serial=99_001), issuer, der) == ""
    assert x509.load_der_x509_crl(der).public_bytes(Encoding.DER) == der
