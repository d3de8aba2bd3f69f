"""PKITS 1.0.1, the path validation suite of NIST with its revocation lists: what it refuses is refused."""

import contextlib
import datetime as dt
import functools
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography import x509

from certificates.pki import fields
from certificates.pki.asked import ListUse, Policy, Purpose
from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify

VECTORS = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
ANCHOR = VECTORS / "certs" / "TrustAnchorRootCertificate.crt"
WHEN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
POLICY = Policy(purpose=Purpose.ANY, list_use=ListUse.EVERYWHERE)

INVALID_WITHOUT_THE_WORD = {f"DifferentPoliciesTest{number}EE" for number in (4, 5, 7, 8, 9, 12)}
"""Sections 4.8.4 to 4.8.12: no policy is common to a path whose authorities demand one."""

STRICTER = {
    "ValidBasicSelfIssuedCRLSigningKeyTest6EE": "CRL_BAD_SIGNATURE",
    "ValidBasicSelfIssuedNewWithOldTest4EE": "CRL_BAD_SIGNATURE",
    "ValidDSAParameterInheritanceTest5EE": "CERT_UNREADABLE",
    "ValidDSASignaturesTest4EE": "WEAK_KEY_SERVER",
    "ValidIDPwithindirectCRLTest24EE": "CRL_MISSING",
    "ValidIDPwithindirectCRLTest25EE": "CRL_MISSING",
    "ValidcRLIssuerTest28EE": "CRL_WRONG_SCOPE",
    "ValidcRLIssuerTest29EE": "CRL_WRONG_SCOPE",
    "ValidcRLIssuerTest30EE": "CRL_MISSING",
    "ValidcRLIssuerTest33EE": "CRL_MISSING",
}
"""Sound paths that are refused all the same: DSA keys, and lists that OpenSSL does not find a signer for."""


def cases() -> list[str]:
    return sorted(path.stem for path in (VECTORS / "certs").glob("*Test*EE.crt"))


def is_valid(case: str) -> bool:
    return not case.startswith("Invalid") and case not in INVALID_WITHOUT_THE_WORD


@functools.cache
def key_of(der: bytes) -> str:
    try:
        return fields.read(fields.load(der)).subject_key
    except fields.CertificateUnreadable:
        return ""


@functools.cache
def authorities() -> dict[Path, bytes]:
    """Every certificate that is no end entity's, but the anchor."""
    found = sorted((VECTORS / "certs").glob("*Cert.crt")) + sorted((VECTORS / "certs").glob("*cRLIssuer*"))
    return {path: path.read_bytes() for path in found if not path.stem.endswith("EE")}


@functools.cache
def lists() -> dict[Path, tuple[str, bytes]]:
    """Every list with the key of its issuer."""
    return {
        path: (fields.name_key(x509.load_der_x509_crl(path.read_bytes()).issuer), path.read_bytes())
        for path in sorted((VECTORS / "crls").glob("*.crl"))
    }


def presented(case: str) -> list[bytes]:
    """The certificate of a case, the authorities above it, then signers of lists."""
    chain = [(VECTORS / "certs" / f"{case}.crt").read_bytes()]
    for der in chain:
        with contextlib.suppress(fields.CertificateUnreadable):  # a DSA key that inherits its parameters
            issuer = fields.read(fields.load(der)).issuer_key
            chain.extend(c for c in authorities().values() if key_of(c) == issuer and c not in chain)
    signers = [der for path, der in authorities().items() if "CRL" in path.stem]
    return [*chain, *(der for der in signers if der not in chain)]


def lists_for(sent: list[bytes]) -> list[bytes]:
    """The lists of everybody who is at hand, and of the anchor."""
    names = {key_of(der) for der in sent} | {key_of(ANCHOR.read_bytes())}
    return [der for issuer, der in lists().values() if issuer in names]


def verdict_of(case: str) -> Verdict:
    row = TrustedRow(ANCHOR.read_bytes(), "Trust Anchor", True, frozenset({INFRASTRUCTURE}))
    sent = presented(case)
    return verify(
        presented=sent,
        anchors=TrustView((row,), INFRASTRUCTURE, 1),
        host="",
        usage=INFRASTRUCTURE,
        now=WHEN,
        crls=lists_for(sent),
        policy=POLICY,
    )


@pytest.mark.parametrize("case", cases())
def test_a_path_is_judged_as_nist_judges_it_or_refused(case: str) -> None:
    verdict = verdict_of(case)
    if case in STRICTER:
        assert verdict.code == STRICTER[case]
    else:
        assert verdict.is_ok == is_valid(case), verdict.as_json()


def test_the_whole_suite_is_there() -> None:
    assert len(cases()) == 223
