"""Cases about revocation: lists kept with the row of the authority, and OCSP answers brought along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp

from certificates.pki.rules import CrlRule, OcspRule
from certificates.pki.trust import TrustedRow
from tests.support import revocation as made_lists
from tests.support.pki import DAY, NOW, Made, Recipe, intermediate, make, root
from tests.support.taxonomy.case import Case, Scene, raw_extension, relay
from tests.support.tls_dialogue import row

LIST_URL = "http://pki.testlab.com/ca.crl"
STRICT = OcspRule("Lab", reject_unknown=True, reject_unreachable=True)
MUST_STAPLE = [(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)]


def _listed(
    make_list: Callable[[Made, Made], bytes | None], authority: Made | None = None, **rule: Any
) -> Scene:
    """A server certificate of a root whose row checks a list."""
    authority = authority or root()
    leaf = relay(authority)
    checked = CrlRule(make_list(authority, leaf), LIST_URL, **rule)
    return Scene(leaf, (replace(row(authority, name="Lab root"), crl=checked),))


def list_that_clears() -> Scene:
    return _listed(lambda authority, leaf: made_lists.crl(authority))


def revoked_on_the_list() -> Scene:
    return _listed(
        lambda authority, leaf: made_lists.crl(
            authority,
            entries=[
                made_lists.Entry(leaf.certificate.serial_number, reason=x509.ReasonFlags.key_compromise)
            ],
        )
    )


def authority_revoked_on_the_list() -> Scene:
    authority = root()
    issuing = intermediate(authority)
    entry = made_lists.Entry(issuing.certificate.serial_number)
    checked = CrlRule(made_lists.crl(authority, entries=[entry]), LIST_URL)
    return Scene(relay(issuing), (replace(row(authority, name="Lab root"), crl=checked),))


def revoked_on_the_list_of_an_intermediate_in_the_store() -> Scene:
    authority = root()
    issuing = intermediate(authority)
    leaf = relay(issuing)
    entry = made_lists.Entry(leaf.certificate.serial_number)
    checked = CrlRule(made_lists.crl(issuing, entries=[entry]), LIST_URL)
    return Scene(leaf, (row(authority), replace(row(issuing, name="Branch"), crl=checked)))


def list_never_received() -> Scene:
    return _listed(lambda authority, leaf: None)


def list_never_received_and_bypassed() -> Scene:
    return _listed(lambda authority, leaf: None, bypass_if_missing=True)


def _old(authority: Made) -> bytes:
    return made_lists.crl(authority, this_update=NOW - 3 * DAY, next_update=NOW - 2 * DAY)


def list_out_of_date() -> Scene:
    return _listed(lambda authority, leaf: _old(authority))


def list_out_of_date_and_ignored() -> Scene:
    return _listed(lambda authority, leaf: _old(authority), ignore_dates=True)


def list_of_tomorrow() -> Scene:
    return _listed(
        lambda authority, leaf: made_lists.crl(authority, this_update=NOW + DAY, next_update=NOW + 2 * DAY)
    )


def list_without_end() -> Scene:
    return _listed(lambda authority, leaf: made_lists.without_end(made_lists.crl(authority), authority))


def list_of_an_impostor() -> Scene:
    return _listed(lambda authority, leaf: made_lists.crl(authority, signed_by=root()))


def list_signed_with_sha1() -> Scene:
    sha256, sha1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    return _listed(
        lambda authority, leaf: made_lists.crl(authority).replace(sha256, sha1),
        root(key=rsa.generate_private_key(65537, 2048)),
    )


def list_of_somebody_else() -> Scene:
    return _listed(lambda authority, leaf: made_lists.crl(root("Other Root")))


def list_of_an_authority_without_the_right() -> Scene:
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
    constraints = x509.BasicConstraints(True, None)
    authority = make(Recipe("Testlab Root CA", ca=None, extra=[(constraints, True), (usage, True)]))
    return _listed(lambda authority, leaf: made_lists.crl(authority), authority)


def list_of_authorities_only() -> Scene:
    return _listed(
        lambda authority, leaf: made_lists.crl(
            authority, extra=[made_lists.scope(only_contains_ca_certs=True)]
        )
    )


def list_of_some_reasons() -> Scene:
    some = frozenset({x509.ReasonFlags.key_compromise})
    return _listed(
        lambda authority, leaf: made_lists.crl(authority, extra=[made_lists.scope(only_some_reasons=some)])
    )


def delta_in_place_of_a_list() -> Scene:
    return _listed(
        lambda authority, leaf: made_lists.crl(authority, extra=[(x509.DeltaCRLIndicator(3), True)])
    )


def list_without_number() -> Scene:
    return _listed(lambda authority, leaf: made_lists.crl(authority, number=None))


def list_with_an_unknown_critical_extension() -> Scene:
    odd = [(raw_extension("1.2.3.4.5", b"\x05\x00"), True)]
    return _listed(lambda authority, leaf: made_lists.crl(authority, extra=odd))


def list_that_cannot_be_read() -> Scene:
    return _listed(lambda authority, leaf: b"\x30\x03\x02\x01\x00")


def _answered(answer: Callable[[Made, Made], bytes], rule: OcspRule = STRICT, **leaf: Any) -> Scene:
    """A server certificate of a root whose row asks OCSP; the server brings the answer along."""
    authority = root()
    served = relay(authority, **leaf)
    checked: TrustedRow = replace(row(authority, name="Lab root"), ocsp=rule)
    return Scene(served, (checked,), staple=answer(served, authority), asks_ocsp=True)


def answer_that_clears() -> Scene:
    return _answered(lambda leaf, authority: made_lists.answer(leaf.certificate, authority))


def revoked_by_the_answer() -> Scene:
    return _answered(
        lambda leaf, authority: made_lists.answer(
            leaf.certificate,
            authority,
            status=ocsp.OCSPCertStatus.REVOKED,
            reason=x509.ReasonFlags.key_compromise,
        )
    )


def _unknown(leaf: Made, authority: Made) -> bytes:
    return made_lists.answer(leaf.certificate, authority, status=ocsp.OCSPCertStatus.UNKNOWN)


def unknown_to_the_responder() -> Scene:
    return _answered(_unknown)


def unknown_to_the_responder_and_let_through() -> Scene:
    return _answered(_unknown, OcspRule("Lab"))


def unknown_to_the_responder_and_on_the_list() -> Scene:
    scene = _answered(_unknown, OcspRule("Lab"))
    entry = made_lists.Entry(scene.leaf.certificate.serial_number)
    checked = CrlRule(made_lists.crl(scene.leaf.above[0], entries=[entry]), LIST_URL)
    return replace(scene, rows=(replace(scene.rows[0], crl=checked),))


def cleared_by_the_answer_though_on_the_list() -> Scene:
    scene = answer_that_clears()
    entry = made_lists.Entry(scene.leaf.certificate.serial_number)
    checked = CrlRule(made_lists.crl(scene.leaf.above[0], entries=[entry]), LIST_URL)
    return replace(scene, rows=(replace(scene.rows[0], crl=checked),))


def no_answer() -> Scene:
    return _answered(lambda leaf, authority: b"")


def no_answer_and_let_through() -> Scene:
    return _answered(lambda leaf, authority: b"", OcspRule("Lab"))


def answer_out_of_date() -> Scene:
    return _answered(
        lambda leaf, authority: made_lists.answer(
            leaf.certificate, authority, this_update=NOW - 3 * DAY, next_update=NOW - 2 * DAY
        )
    )


def forged_answer() -> Scene:
    return _answered(
        lambda leaf, authority: made_lists.forged(made_lists.answer(leaf.certificate, authority))
    )


def answer_of_an_impostor() -> Scene:
    return _answered(lambda leaf, authority: made_lists.answer(leaf.certificate, authority, relay(authority)))


def answer_of_a_weak_delegate() -> Scene:
    return _answered(
        lambda leaf, authority: made_lists.answer(
            leaf.certificate,
            authority,
            made_lists.delegate(authority, key=rsa.generate_private_key(65537, 1024)),
        )
    )


def _delegate_on_the_list(rule: OcspRule, **changes: Any) -> Scene:
    """The answer of a delegate that the list of the same authority calls revoked."""
    authority = root()
    signer, leaf = made_lists.delegate(authority, **changes), relay(authority)
    entry = made_lists.Entry(signer.certificate.serial_number)
    checked = CrlRule(made_lists.crl(authority, entries=[entry]), LIST_URL)
    rows = (replace(row(authority, name="Lab root"), ocsp=rule, crl=checked),)
    staple = made_lists.answer(leaf.certificate, authority, signer)
    return Scene(leaf, rows, staple=staple, asks_ocsp=True)


def answer_of_a_revoked_delegate() -> Scene:
    return _delegate_on_the_list(STRICT, extra=[])


def answer_of_a_revoked_delegate_and_a_list_that_clears() -> Scene:
    return _delegate_on_the_list(OcspRule("Lab"), extra=[])


def answer_of_a_delegate_that_needs_no_check() -> Scene:
    return _delegate_on_the_list(STRICT)


def answer_about_another_certificate() -> Scene:
    return _answered(lambda leaf, authority: made_lists.answer(relay(authority).certificate, authority))


def responder_that_refuses() -> Scene:
    return _answered(lambda leaf, authority: made_lists.refusal(ocsp.OCSPResponseStatus.TRY_LATER))


def answer_that_cannot_be_read() -> Scene:
    return _answered(lambda leaf, authority: b"\x30\x03\x02\x01\x00")


def answer_promised_and_brought() -> Scene:
    return _answered(
        lambda leaf, authority: made_lists.answer(leaf.certificate, authority), extra=MUST_STAPLE
    )


def answer_promised_and_not_brought() -> Scene:
    authority = root()
    return Scene(relay(authority, extra=MUST_STAPLE), (row(authority),))


_SERVER = "mail.testlab.com"
_LIST = {"issuer": "Lab root", "name": _SERVER, "url": LIST_URL}
_ANSWER = {"issuer": "Lab root", "name": _SERVER, "url": "http://ocsp.testlab.com/"}


def _list(build: Callable[[], Scene], code: str, **params: str) -> Case:
    return Case(build, code, {**_LIST, **params}, 0, _SERVER)


def _answer(build: Callable[[], Scene], code: str, **params: str) -> Case:
    return Case(build, code, {**_ANSWER, **params}, 0, _SERVER)


def _not_brought(build: Callable[[], Scene], code: str) -> Case:
    why = "The TLS library of the test server brings along only an answer about its own certificate."
    return Case(build, "OCSP_UNREACHABLE", _ANSWER, 0, _SERVER, offline=code, because=why)


CASES = (
    Case(list_that_clears, "OK"),
    _list(revoked_on_the_list, "REVOKED_CRL", reason="keyCompromise"),
    Case(
        authority_revoked_on_the_list,
        "REVOKED_CRL",
        {"issuer": "Lab root", "name": "Testlab Issuing CA", "reason": "unspecified"},
        1,
        "Testlab Issuing CA",
    ),
    Case(
        revoked_on_the_list_of_an_intermediate_in_the_store,
        "REVOKED_CRL",
        {"issuer": "Branch", "name": _SERVER},
        0,
        _SERVER,
    ),
    _list(list_never_received, "CRL_MISSING"),
    Case(list_never_received_and_bypassed, "OK"),
    _list(list_out_of_date, "CRL_EXPIRED"),
    Case(list_out_of_date_and_ignored, "OK"),
    _list(list_of_tomorrow, "CRL_NOT_YET_VALID"),
    _list(list_without_end, "CRL_WITHOUT_END"),
    _list(list_of_an_impostor, "CRL_BAD_SIGNATURE"),
    _list(list_signed_with_sha1, "CRL_WEAK_SIGNATURE", digest="SHA-1"),
    _list(list_of_somebody_else, "CRL_WRONG_ISSUER", found="CN=Other Root,O=Testlab"),
    _list(list_of_an_authority_without_the_right, "CRL_SIGNER_NOT_AUTHORIZED"),
    _list(list_of_authorities_only, "CRL_WRONG_SCOPE"),
    _list(list_of_some_reasons, "CRL_WRONG_SCOPE", detail="onlySomeReasons"),
    _list(delta_in_place_of_a_list, "CRL_DELTA"),
    _list(list_without_number, "CRL_BAD_NUMBER", detail="missing"),
    _list(list_with_an_unknown_critical_extension, "CRL_UNKNOWN_CRITICAL_EXT", detail="1.2.3.4.5"),
    _list(list_that_cannot_be_read, "CRL_UNREADABLE"),
    Case(answer_that_clears, "OK"),
    _answer(revoked_by_the_answer, "REVOKED_OCSP", reason="keyCompromise"),
    _answer(unknown_to_the_responder, "OCSP_UNKNOWN"),
    Case(unknown_to_the_responder_and_let_through, "OK", warnings=("OCSP_UNKNOWN",)),
    Case(
        unknown_to_the_responder_and_on_the_list,
        "REVOKED_CRL",
        _LIST,
        0,
        _SERVER,
        warnings=("OCSP_UNKNOWN",),
    ),
    Case(cleared_by_the_answer_though_on_the_list, "OK"),
    _answer(no_answer, "OCSP_UNREACHABLE"),
    Case(no_answer_and_let_through, "OK", warnings=("OCSP_UNREACHABLE",)),
    _answer(answer_out_of_date, "OCSP_STALE"),
    _answer(forged_answer, "OCSP_BAD_SIGNATURE"),
    _answer(answer_of_an_impostor, "OCSP_SIGNER_NOT_AUTHORIZED"),
    _answer(answer_of_a_weak_delegate, "OCSP_SIGNER_WEAK"),
    _answer(
        answer_of_a_revoked_delegate,
        "OCSP_SIGNER_NOT_AUTHORIZED",
        signer="OCSP Delegate",
        detail=f"revoked {(NOW - DAY).isoformat()}",
    ),
    Case(answer_of_a_revoked_delegate_and_a_list_that_clears, "OK", warnings=("OCSP_SIGNER_NOT_AUTHORIZED",)),
    Case(answer_of_a_delegate_that_needs_no_check, "OK"),
    _not_brought(answer_about_another_certificate, "OCSP_NOT_FOR_THIS_CERT"),
    _answer(responder_that_refuses, "OCSP_RESPONDER_ERROR", status="TRY_LATER"),
    _not_brought(answer_that_cannot_be_read, "OCSP_MALFORMED"),
    Case(answer_promised_and_brought, "OK"),
    Case(
        answer_promised_and_not_brought,
        "OK",
        warnings=("MUST_STAPLE_MISSING",),
        offline_warnings=(),
        because="What a server brings along in a handshake is not known without one.",
    ),
)
