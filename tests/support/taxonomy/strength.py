"""Cases about keys and signatures: short, broken, forged, of kinds that TLS or the second verifier lacks."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from OpenSSL import crypto

from tests.support.der import replaced, sequence
from tests.support.pki import Key, Made, intermediate, root
from tests.support.taxonomy.case import Case, Scene, relay, trusted


def _resigned(made: Made, issuer: Made, digest: str) -> Made:
    certificate = crypto.X509.from_cryptography(made.certificate)
    certificate.sign(crypto.PKey.from_cryptography_key(issuer.key), digest)
    return Made(certificate.to_cryptography(), made.key, made.above)


def _with_broken_signature(made: Made) -> Made:
    der = bytearray(made.der)
    der[-4] ^= 0x01
    return Made(x509.load_der_x509_certificate(bytes(der)), made.key, made.above)


def short_server_key() -> Scene:
    authority = root()
    return trusted(relay(authority, key=rsa.generate_private_key(65537, 1024)), authority)


def short_authority_key() -> Scene:
    authority = root()
    weak = intermediate(authority, key=rsa.generate_private_key(65537, 1024))
    return trusted(relay(weak), authority)


def short_key_of_the_anchor() -> Scene:
    authority = root(key=rsa.generate_private_key(65537, 1024))
    return trusted(relay(authority), authority)


def server_certificate_signed_with_sha1() -> Scene:
    authority = root()
    issuing = intermediate(authority)
    return trusted(_resigned(relay(issuing), issuing, "sha1"), authority)


def authority_signed_with_sha1() -> Scene:
    authority = root()
    issuing = _resigned(intermediate(authority), authority, "sha1")
    return trusted(relay(issuing), authority)


def server_certificate_signed_with_md5() -> Scene:
    authority = root(key=rsa.generate_private_key(65537, 2048))
    return trusted(_resigned(relay(authority), authority, "md5"), authority)


def anchor_signed_with_sha1() -> Scene:
    authority = root()
    return trusted(relay(authority), _resigned(authority, authority, "sha1"))


def broken_signature() -> Scene:
    authority = root()
    return trusted(_with_broken_signature(relay(authority)), authority)


def broken_signature_of_an_authority() -> Scene:
    authority = root()
    return trusted(relay(_with_broken_signature(intermediate(authority))), authority)


def dsa_key_of_the_server() -> Scene:
    authority = root()
    return trusted(relay(authority, key=dsa.generate_private_key(2048)), authority)


def dsa_root() -> Scene:
    authority = root(key=dsa.generate_private_key(2048))
    return trusted(relay(intermediate(authority)), authority)


def dsa_root_with_the_second_verifier_off() -> Scene:
    authority = root(key=dsa.generate_private_key(2048))
    return trusted(relay(intermediate(authority)), authority, second_gate=False)


def _rooted(key: Key) -> Scene:
    authority = root(key=key)
    return trusted(relay(authority), authority)


def edwards_curve_25519() -> Scene:
    return _rooted(ed25519.Ed25519PrivateKey.generate())


def brainpool_curve() -> Scene:
    return _rooted(ec.generate_private_key(ec.BrainpoolP256R1()))


def edwards_key_of_the_server() -> Scene:
    authority = root()
    return trusted(relay(authority, key=ed25519.Ed25519PrivateKey.generate()), authority)


def constraints_on_distinguished_names() -> Scene:
    organization = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Testlab")])
    only = x509.NameConstraints([x509.DirectoryName(organization)], None)
    authority = root()
    return trusted(relay(intermediate(authority, extra=[(only, True)])), authority)


def authority_with_its_own_curve() -> Scene:
    """P-256 spelled out instead of named (RFC 5480 section 2.1.1 forbids it)."""
    authority = root()
    issuing = intermediate(authority)
    named = bytes.fromhex("06082a8648ce3d030107")
    return trusted(relay(replaced(issuing, named, _spelled_out_p256(), authority)), authority)


def _spelled_out_p256() -> bytes:
    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    a = p - 3
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    base = (
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    prime_field = sequence(bytes.fromhex("06072a8648ce3d0101"), _integer(p))
    curve = sequence(_octets(a.to_bytes(32, "big")), _octets(b.to_bytes(32, "big")))
    return sequence(
        _integer(1), prime_field, curve, _octets(bytes.fromhex(base)), _integer(order), _integer(1)
    )


def _integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return sequence(content, tag=0x02)


def _octets(content: bytes) -> bytes:
    return sequence(content, tag=0x04)


_ROOT, _ISSUING, _SERVER = "Testlab Root CA", "Testlab Issuing CA", "mail.testlab.com"
_SHORT = {"bits": "1024", "needed": "2048"}
_ONE_FAULT = "TLS agrees on a signature before it sends a certificate, and none is for this key"

CASES = (
    Case(short_server_key, "WEAK_KEY_SERVER", {"name": _SERVER, **_SHORT}, 0, _SERVER),
    Case(short_authority_key, "WEAK_KEY_CA", {"name": _ISSUING, **_SHORT}, 1, _ISSUING),
    Case(short_key_of_the_anchor, "WEAK_KEY_CA", {"name": _ROOT, **_SHORT}, 1, _ROOT),
    Case(
        server_certificate_signed_with_sha1,
        "WEAK_SIGNATURE",
        {"name": _SERVER, "digest": "SHA-1"},
        0,
        _SERVER,
    ),
    Case(authority_signed_with_sha1, "WEAK_SIGNATURE", {"name": _ISSUING, "digest": "SHA-1"}, 1, _ISSUING),
    Case(
        server_certificate_signed_with_md5, "WEAK_SIGNATURE", {"name": _SERVER, "digest": "MD5"}, 0, _SERVER
    ),
    Case(anchor_signed_with_sha1, "OK"),
    Case(broken_signature, "BAD_SIGNATURE", {"name": _SERVER}, 0, _SERVER),
    Case(broken_signature_of_an_authority, "BAD_SIGNATURE", {"name": _ISSUING}, 1, _ISSUING),
    Case(
        dsa_key_of_the_server,
        "TLS_NO_COMMON_CIPHER",
        offline="KEY_NOT_FOR_TLS",
        because=_ONE_FAULT,
    ),
    Case(dsa_root, "SECOND_OPINION", {}, 0, _SERVER),
    Case(authority_with_its_own_curve, "EXPLICIT_CURVE", {"name": _ISSUING}, 1, _ISSUING),
    Case(dsa_root_with_the_second_verifier_off, "OK", warnings=("SECOND_OPINION",)),
    Case(edwards_curve_25519, "OK", warnings=("SECOND_OPINION",)),
    Case(brainpool_curve, "OK", warnings=("SECOND_OPINION",)),
    Case(edwards_key_of_the_server, "OK"),
    Case(constraints_on_distinguished_names, "OK", warnings=("SECOND_OPINION",)),
)
