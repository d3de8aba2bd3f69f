"""Every state of an OCSP answer: whose it is, how fresh, and what it says."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pki.ocsp import OcspStatus, addresses_in, build_request, check_response
from tests.support.pki import DAY, NOW, Made, intermediate, root, server
from tests.support.revocation import HOUR, answer, delegate, forged, refusal, with_sha1

pytestmark = pytest.mark.filterwarnings("ignore:X509.sign is deprecated")
NONCE = bytes(range(32))
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def issuer() -> Made:
    return root()


@pytest.fixture(scope="module")
def leaf(issuer: Made) -> Made:
    return server(issuer)


def judged(der: bytes, leaf: Made, issuer: Made, *, nonce: bytes | None = None, **more: bool) -> OcspStatus:
    return check_response(
        der, certificate=leaf.certificate, issuer=issuer.certificate, now=NOW, nonce=nonce, **more
    )


def test_a_request_names_the_certificate_and_carries_the_nonce(leaf: Made, issuer: Made) -> None:
    request = ocsp.load_der_ocsp_request(build_request(leaf.certificate, issuer.certificate, nonce=NONCE))
    assert request.serial_number == leaf.certificate.serial_number
    assert request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    bare = ocsp.load_der_ocsp_request(build_request(leaf.certificate, issuer.certificate, nonce=None))
    assert list(bare.extensions) == []


@pytest.mark.parametrize("by_name", [True, False])
def test_the_issuer_itself_may_answer(leaf: Made, issuer: Made, by_name: bool) -> None:
    status = judged(answer(leaf.certificate, issuer, by_name=by_name), leaf, issuer)
    assert (status.state, status.code, status.next_update) == ("good", "", NOW + DAY)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_delegate_of_the_issuer_may_answer(leaf: Made, issuer: Made, by_name: bool) -> None:
    signed = answer(leaf.certificate, issuer, delegate(issuer), by_name=by_name)
    assert judged(signed, leaf, issuer).state == "good"


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()])
def test_the_issuer_may_be_named_by_any_digest(
    leaf: Made, issuer: Made, digest: hashes.HashAlgorithm
) -> None:
    assert judged(answer(leaf.certificate, issuer, digest=digest), leaf, issuer).state == "good"


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["EC", "RSA", "Ed25519"],
)
def test_answers_are_signed_with_any_kind_of_key(leaf: Made, issuer: Made, key: object) -> None:
    signed = answer(leaf.certificate, issuer, delegate(issuer, key=key))
    assert judged(signed, leaf, issuer).state == "good"


def test_a_revoked_certificate_is_told_with_date_and_reason(leaf: Made, issuer: Made) -> None:
    told = answer(
        leaf.certificate,
        issuer,
        status=ocsp.OCSPCertStatus.REVOKED,
        reason=x509.ReasonFlags.key_compromise,
        revoked_at=NOW - 3 * DAY,
    )
    status = judged(told, leaf, issuer)
    assert (status.state, status.code) == ("revoked", "REVOKED_OCSP")
    assert status.revoked_at == NOW - 3 * DAY
    assert status.params == {"date": (NOW - 3 * DAY).isoformat(), "reason": "keyCompromise"}


def test_an_unknown_certificate_is_neither_good_nor_bad(leaf: Made, issuer: Made) -> None:
    status = judged(answer(leaf.certificate, issuer, status=ocsp.OCSPCertStatus.UNKNOWN), leaf, issuer)
    assert (status.state, status.code) == ("unknown", "OCSP_UNKNOWN")


def refused(der: bytes, leaf: Made, issuer: Made, **more: object) -> tuple[str, str]:
    status = judged(der, leaf, issuer, **more)
    assert status.state == "unreachable"
    return status.code, status.params.get("detail", "")


def test_a_delegate_without_the_extended_key_usage_is_refused(leaf: Made, issuer: Made) -> None:
    for usages in ((ExtendedKeyUsageOID.SERVER_AUTH,), (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,), ()):
        signed = answer(leaf.certificate, issuer, delegate(issuer, usages=usages))
        assert refused(signed, leaf, issuer) == (
            "OCSP_SIGNER_NOT_AUTHORIZED",
            "no extended key usage OCSPSigning",
        )


def test_the_certificate_itself_cannot_clear_itself(leaf: Made, issuer: Made) -> None:
    signed = answer(leaf.certificate, issuer, leaf)
    assert refused(signed, leaf, issuer)[0] == "OCSP_SIGNER_NOT_AUTHORIZED"


@pytest.mark.parametrize(
    ("begins", "ends"), [(NOW - 9 * DAY, NOW - MINUTE), (NOW + MINUTE, NOW + 9 * DAY)], ids=["over", "future"]
)
def test_a_delegate_out_of_date_is_refused(
    leaf: Made, issuer: Made, begins: dt.datetime, ends: dt.datetime
) -> None:
    signer = delegate(issuer, not_before=begins, not_after=ends)
    code, detail = refused(answer(leaf.certificate, issuer, signer), leaf, issuer)
    assert code == "OCSP_SIGNER_NOT_AUTHORIZED"
    assert detail.startswith(("expired", "valid from"))


def test_a_delegate_of_another_authority_is_refused(leaf: Made, issuer: Made) -> None:
    other = delegate(root("Other CA"))
    assert refused(answer(leaf.certificate, issuer, other), leaf, issuer) == (
        "OCSP_SIGNER_NOT_AUTHORIZED",
        "issued by Other CA",
    )


def test_a_delegate_of_an_impostor_with_the_same_name_is_refused(leaf: Made, issuer: Made) -> None:
    impostor = delegate(root())
    assert refused(answer(leaf.certificate, issuer, impostor), leaf, issuer) == (
        "OCSP_SIGNER_NOT_AUTHORIZED",
        "its certificate is not signed by the issuer",
    )


def test_a_delegate_appointed_by_a_subordinate_authority_is_refused(leaf: Made, issuer: Made) -> None:
    below = delegate(intermediate(issuer))
    signed = answer(leaf.certificate, issuer, below, carried=[below, below.above[0]])
    assert refused(signed, leaf, issuer)[0] == "OCSP_SIGNER_NOT_AUTHORIZED"


def test_a_signer_whose_certificate_is_not_sent_is_refused(leaf: Made, issuer: Made) -> None:
    signed = answer(leaf.certificate, issuer, delegate(issuer), carried=[])
    assert refused(signed, leaf, issuer) == (
        "OCSP_SIGNER_NOT_AUTHORIZED",
        "the certificate of the signer is not in the answer",
    )


def test_a_delegate_that_may_not_sign_is_refused(leaf: Made, issuer: Made) -> None:
    signer = delegate(
        issuer,
        ca=None,
        extra=[(x509.KeyUsage(False, False, True, False, False, False, False, False, False), True)],
    )
    assert refused(answer(leaf.certificate, issuer, signer), leaf, issuer)[1] == (
        "keyUsage without digitalSignature"
    )


def test_a_delegate_with_an_unknown_critical_extension_is_refused(leaf: Made, issuer: Made) -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    signed = answer(leaf.certificate, issuer, delegate(issuer, extra=[(odd, True)]))
    assert refused(signed, leaf, issuer) == (
        "OCSP_SIGNER_NOT_AUTHORIZED",
        "unknown critical extension 1.2.3.4",
    )


def test_a_delegate_signed_with_sha1_is_too_weak(issuer: Made) -> None:
    authority = root(key=rsa.generate_private_key(65537, 2048))
    leaf = server(authority)
    weak = with_sha1(delegate(authority), authority)
    assert refused(answer(leaf.certificate, authority, weak), leaf, authority) == (
        "OCSP_SIGNER_WEAK",
        "SHA-1",
    )


def test_a_delegate_with_a_short_key_is_too_weak(leaf: Made, issuer: Made) -> None:
    short = delegate(issuer, key=rsa.generate_private_key(65537, 1024))
    assert refused(answer(leaf.certificate, issuer, short), leaf, issuer) == ("OCSP_SIGNER_WEAK", "RSA 1024")


def test_an_answer_signed_by_another_key_is_refused(leaf: Made, issuer: Made) -> None:
    for signer in (None, delegate(issuer)):
        wrong = forged(answer(leaf.certificate, issuer, signer))
        assert refused(wrong, leaf, issuer)[0] == "OCSP_BAD_SIGNATURE"


def test_an_impostor_that_calls_itself_the_issuer_is_refused(leaf: Made, issuer: Made) -> None:
    wrong = answer(leaf.certificate, issuer, root(), by_name=True, carried=[])
    assert refused(wrong, leaf, issuer)[0] == "OCSP_BAD_SIGNATURE"


def test_without_validation_of_signatures_anybody_may_answer(leaf: Made, issuer: Made) -> None:
    wrong = forged(answer(leaf.certificate, issuer))
    assert judged(wrong, leaf, issuer, validate_signature=False).state == "good"


def test_an_answer_about_another_certificate_is_refused(leaf: Made, issuer: Made) -> None:
    other = server(issuer, "other.testlab.com")
    code, _ = refused(answer(other.certificate, issuer), leaf, issuer)
    assert code == "OCSP_NOT_FOR_THIS_CERT"


def test_an_answer_about_the_same_serial_of_another_issuer_is_refused(leaf: Made, issuer: Made) -> None:
    twin_issuer = root()
    twin = server(twin_issuer, serial=leaf.certificate.serial_number)
    told = answer(twin.certificate, twin_issuer, issuer, carried=[])
    assert refused(told, leaf, issuer)[0] == "OCSP_NOT_FOR_THIS_CERT"


def test_the_nonce_must_come_back_as_it_was_sent(leaf: Made, issuer: Made) -> None:
    echoed = answer(leaf.certificate, issuer, nonce=NONCE)
    assert judged(echoed, leaf, issuer, nonce=NONCE).warnings == ()
    assert refused(echoed, leaf, issuer, nonce=bytes(32))[0] == "OCSP_NONCE_MISMATCH"
    assert judged(echoed, leaf, issuer, nonce=None).state == "good"


def test_a_missing_nonce_is_a_warning(leaf: Made, issuer: Made) -> None:
    status = judged(answer(leaf.certificate, issuer), leaf, issuer, nonce=NONCE)
    assert status.state == "good"
    assert [(w.code, w.severity) for w in status.warnings] == [("OCSP_NONCE_MISSING", "W")]


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (NOW - DAY, NOW - 4 * MINUTE, "good"),
        (NOW - DAY, NOW - 6 * MINUTE, "unreachable"),
        (NOW + 4 * MINUTE, NOW + DAY, "good"),
        (NOW + 6 * MINUTE, NOW + DAY, "unreachable"),
        (NOW - HOUR, None, "good"),
        (NOW - 25 * HOUR, None, "unreachable"),
    ],
)
def test_clocks_may_be_five_minutes_apart(
    leaf: Made, issuer: Made, begins: dt.datetime, ends: dt.datetime | None, state: str
) -> None:
    status = judged(answer(leaf.certificate, issuer, this_update=begins, next_update=ends), leaf, issuer)
    assert status.state == state
    assert status.code == ("" if state == "good" else "OCSP_STALE")


def test_a_nonce_proves_that_an_answer_without_an_end_is_fresh(leaf: Made, issuer: Made) -> None:
    old = answer(leaf.certificate, issuer, this_update=NOW - 90 * DAY, next_update=None, nonce=NONCE)
    assert judged(old, leaf, issuer, nonce=NONCE).state == "good"


def test_a_stale_answer_says_nothing_even_when_it_says_revoked(leaf: Made, issuer: Made) -> None:
    told = answer(
        leaf.certificate, issuer, status=ocsp.OCSPCertStatus.REVOKED, next_update=NOW - HOUR + MINUTE
    )
    assert refused(told, leaf, issuer)[0] == "OCSP_STALE"


@pytest.mark.parametrize("status", [s for s in ocsp.OCSPResponseStatus if s.name != "SUCCESSFUL"])
def test_a_responder_that_will_not_answer_is_named_with_its_reason(
    leaf: Made, issuer: Made, status: ocsp.OCSPResponseStatus
) -> None:
    told = judged(refusal(status), leaf, issuer)
    assert (told.state, told.code) == ("unreachable", "OCSP_RESPONDER_ERROR")
    assert told.params == {"status": status.name}


def test_an_unknown_critical_extension_of_the_answer_is_refused(leaf: Made, issuer: Made) -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert judged(answer(leaf.certificate, issuer, extra=[(odd, False)]), leaf, issuer).state == "good"
    told = answer(leaf.certificate, issuer, extra=[(odd, True)])
    assert refused(told, leaf, issuer) == ("OCSP_MALFORMED", "unknown critical extension 1.2.3.4")


def test_bytes_that_are_no_answer_are_malformed(leaf: Made, issuer: Made) -> None:
    sound = answer(leaf.certificate, issuer)
    for broken in (b"", b"<html>", sound[:-1], sound + b"\x00", sound[: len(sound) // 2], b"\x30\x80"):
        assert refused(broken, leaf, issuer)[0] == "OCSP_MALFORMED"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutated_answer_raises_and_none_is_believed(data: st.DataObject) -> None:
    mutated = bytearray(FUZZED_ANSWER)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] ^= data.draw(st.integers(1, 255))
    status = judged(bytes(mutated), FUZZED_LEAF, FUZZED_ISSUER)
    if status.state != "unreachable":
        # What differs stands outside the signed part: the responder's certificate is not looked at.
        loaded = ocsp.load_der_ocsp_response(bytes(mutated))
        assert loaded.tbs_response_bytes == ocsp.load_der_ocsp_response(FUZZED_ANSWER).tbs_response_bytes


FUZZED_ISSUER = root()
FUZZED_LEAF = server(FUZZED_ISSUER)
FUZZED_ANSWER = answer(FUZZED_LEAF.certificate, FUZZED_ISSUER, delegate(FUZZED_ISSUER))


def test_only_http_addresses_of_responders_are_read_from_a_certificate(issuer: Made) -> None:
    def access(url: str) -> x509.AccessDescription:
        return x509.AccessDescription(
            x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
        )

    urls = ["ldap://ca/x", "http://ocsp.testlab.com/a", "file:///etc/passwd", "http://second/"]
    named = server(issuer, extra=[(x509.AuthorityInformationAccess([access(url) for url in urls]), False)])
    assert addresses_in(named.certificate) == ("http://ocsp.testlab.com/a", "http://second/")
    assert addresses_in(server(issuer).certificate) == ()


def test_the_bytes_of_a_certificate_are_no_answer(leaf: Made, issuer: Made) -> None:
    der = leaf.certificate.public_bytes(Encoding.DER)
    assert refused(der, leaf, issuer)[0] == "OCSP_MALFORMED"
