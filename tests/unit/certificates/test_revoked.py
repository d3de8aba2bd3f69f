"""What an answer about revocation means for a chain: refusal, warning, or a word on the side."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates import words
from certificates.pki import given_lists
from certificates.pki.asked import ListUse, Policy
from certificates.pki.ocsp import OcspStatus
from certificates.pki.rules import OcspRule
from certificates.pki.status import Question
from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import Finding, Verdict
from certificates.pki.verify import verify
from tests.support.pki import DAY, NOW, Made, Recipe, make, root, server
from tests.support.revocation import HOUR, Entry, crl, renamed, scope, with_weak_digest, without_end

HOST = "mail.testlab.com"
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
NOT_FOR_LISTS = Recipe(
    "Testlab Root CA",
    ca=None,
    extra=[
        (x509.BasicConstraints(True, None), True),
        (x509.KeyUsage(False, False, False, False, False, True, False, False, False), True),
    ],
)


class Answering:
    """A source that gives one answer to every question."""

    def __init__(self, status: OcspStatus) -> None:
        self.given = status

    def status(self, question: Question) -> OcspStatus:
        assert question.rule.profile == "Lab"
        return self.given


def judged(status: OcspStatus, **options: bool) -> Verdict:
    authority = root()
    rule = OcspRule(profile="Lab", **options)
    row = TrustedRow(authority.der, "Lab CA", True, frozenset({INFRASTRUCTURE}), ocsp=rule)
    return verify(
        presented=[server(authority).der],
        anchors=TrustView((row,), INFRASTRUCTURE, 1),
        host=HOST,
        usage=INFRASTRUCTURE,
        now=NOW,
        ocsp=Answering(status),
    )


def test_a_good_answer_without_the_nonce_is_accepted_and_said() -> None:
    status = OcspStatus("good", warnings=(Finding("OCSP_NONCE_MISSING", {}, "W"),))
    verdict = judged(status)
    assert verdict.is_ok
    (said,) = (f for f in verdict.findings if f.code == "OCSP_NONCE_MISSING")
    assert (said.params, said.depth) == ({"name": HOST, "issuer": "Lab CA"}, 0)


@pytest.mark.parametrize(
    ("state", "code", "option"),
    [
        ("unknown", "OCSP_UNKNOWN", "reject_unknown"),
        ("unreachable", "OCSP_UNREACHABLE", "reject_unreachable"),
    ],
)
def test_the_option_of_the_row_decides_what_no_answer_means(state: str, code: str, option: str) -> None:
    status = OcspStatus(state, code, {"url": "http://ocsp.testlab.com"})
    assert judged(status, **{option: True}).code == code
    lenient = judged(status)
    assert lenient.is_ok and (code, "W") in {(f.code, f.severity) for f in lenient.findings}


@pytest.mark.parametrize(
    ("authority", "changes", "code"),
    [
        (root(), {"extra": [(UNKNOWN, True)]}, "CRL_UNKNOWN_CRITICAL_EXT"),
        (make(NOT_FOR_LISTS), {}, "CRL_SIGNER_NOT_AUTHORIZED"),
        (root(), {"signed_by": root()}, "CRL_BAD_SIGNATURE"),
        (root(), {"next_update": NOW - HOUR, "this_update": NOW - DAY}, "CRL_EXPIRED"),
        (root(), {"this_update": NOW + HOUR}, "CRL_NOT_YET_VALID"),
        (root(), {"entries": [Entry(7)]}, "REVOKED_CRL"),
    ],
)
def test_a_list_at_hand_that_cannot_be_used_has_its_own_code(
    authority: Made, changes: dict[str, Any], code: str
) -> None:
    verdict = verify(
        presented=[server(authority, serial=7).der],
        anchors=TrustView(
            (TrustedRow(authority.der, "Lab CA", True, frozenset({INFRASTRUCTURE})),), INFRASTRUCTURE, 1
        ),
        host=HOST,
        usage=INFRASTRUCTURE,
        now=NOW,
        crls=[crl(authority, **changes)],
    )
    assert (verdict.code, verdict.depth) == (code, 0)
    assert "—" not in str(words.text_of(verdict.code, verdict.params))


HELD = x509.ReasonFlags.certificate_hold
TAKEN_OFF = [Entry(7, reason=x509.ReasonFlags.remove_from_crl)]
PAST = {"this_update": NOW - DAY, "next_update": NOW - HOUR}
DELTA: dict[str, Any] = {"number": 8, "extra": [(x509.DeltaCRLIndicator(7), True)]}
FRESHEST = x509.FreshestCRL(
    [
        x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://ca.testlab.com/d.crl")], None, None, None
        )
    ]
)
SOME = scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))
LAB = root()
LEAF = server(LAB, serial=7, extra=[(FRESHEST, False)])


def listed(
    *lists: bytes, use: ListUse = ListUse.WHERE_GIVEN, authority: Made = LAB, leaf: Made = LEAF
) -> str:
    """The code of a chain of two certificates that is checked against lists at hand."""
    row = TrustedRow(authority.der, "Lab CA", True, frozenset({INFRASTRUCTURE}))
    verdict = verify(
        presented=[leaf.der],
        anchors=TrustView((row,), INFRASTRUCTURE, 1),
        host=HOST,
        usage=INFRASTRUCTURE,
        now=NOW,
        crls=lists,
        policy=Policy(list_use=use),
    )
    assert "—" not in str(words.text_of(verdict.code, verdict.params))
    return verdict.code


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("use", list(ListUse))
@pytest.mark.parametrize(
    ("lists", "code"),
    [
        ([crl(LAB)], "OK"),
        ([pem(crl(LAB))], "OK"),
        ([pem(crl(LAB, entries=[Entry(7)]))], "REVOKED_CRL"),
        ([crl(LAB, entries=TAKEN_OFF)], "REVOKED_CRL"),
        ([without_end(crl(LAB), LAB)], "CRL_WITHOUT_END"),
        ([b"junk"], "CRL_UNREADABLE"),
        ([crl(LAB) + b"\0"], "CRL_UNREADABLE"),
        ([b"junk", crl(LAB, entries=[Entry(7)])], "REVOKED_CRL"),
        ([crl(LAB), crl(LAB, **DELTA)], "OK"),
        ([crl(LAB), crl(LAB, **DELTA, entries=[Entry(7)])], "REVOKED_CRL"),
        ([crl(LAB, entries=[Entry(7, reason=HELD)]), crl(LAB, **DELTA, entries=TAKEN_OFF)], "OK"),
        (
            [crl(LAB, entries=[Entry(7, reason=HELD)]), crl(LAB, **DELTA, **PAST, entries=TAKEN_OFF)],
            "REVOKED_CRL",
        ),
        (
            [
                crl(LAB, entries=[Entry(7, reason=x509.ReasonFlags.key_compromise)]),
                crl(LAB, **DELTA, entries=TAKEN_OFF),
            ],
            "REVOKED_CRL",
        ),
        ([crl(LAB, **PAST), crl(LAB, **DELTA)], "CRL_EXPIRED"),
        ([crl(LAB, **PAST, entries=[Entry(7, reason=HELD)]), crl(LAB, number=8)], "OK"),
        (
            [crl(LAB), crl(LAB, number=8, extra=[(x509.DeltaCRLIndicator(7), False)], entries=TAKEN_OFF)],
            "CRL_UNREADABLE",
        ),
    ],
)
def test_no_list_at_hand_clears_that_may_not(lists: list[bytes], code: str, use: ListUse) -> None:
    assert listed(*lists, use=use) == code


def test_a_list_of_a_part_of_the_revocations_is_named_so() -> None:
    assert listed(crl(LAB, extra=[SOME])) == "CRL_WRONG_SCOPE"


def test_where_every_certificate_needs_a_list_none_at_all_is_too_few() -> None:
    assert (listed(), listed(use=ListUse.EVERYWHERE)) == ("OK", "CRL_MISSING")


def test_a_damaged_list_hides_no_revocation_and_is_told_beside_a_sound_one() -> None:
    forged = crl(LAB, number=9, signed_by=root())
    assert listed(forged, crl(LAB, entries=[Entry(7)])) == "REVOKED_CRL"
    assert listed(forged, crl(LAB)) == "CRL_BAD_SIGNATURE"
    assert listed(crl(root()), crl(LAB)) == "OK"


@pytest.mark.parametrize("use", list(ListUse))
@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_a_list_at_hand_signed_with_a_broken_digest_clears_nobody(digest: str, use: ListUse) -> None:
    authority = root(key=rsa.generate_private_key(65537, 2048))
    weak = with_weak_digest(crl(authority), authority, digest)
    assert listed(weak, use=use, authority=authority, leaf=server(authority)) == "CRL_WEAK_SIGNATURE"


@pytest.mark.parametrize("tag", [0x14, 0x16])
def test_a_name_that_cannot_be_decoded_hides_no_revocation(tag: int) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "M-ller")])
    certificate = server(LAB, serial=7).certificate
    written = name.public_bytes().replace(b"\x0c\x06M-ller", bytes([tag]) + b"\x06M\xfcller")
    given = given_lists.Given(b"", x509.load_der_x509_crl(renamed(crl(LAB), LAB, written)))
    assert given_lists.issued_by_same(given, x509.load_der_x509_certificate(renamed(LEAF.der, LAB, written)))
    assert not given_lists.issued_by_same(given, certificate)


def test_a_revoked_certificate_is_refused_whatever_the_options_say() -> None:
    assert judged(OcspStatus("revoked", "REVOKED_OCSP", {})).code == "REVOKED_OCSP"
