"""The sandbox CA: a root to import as trusted, an intermediate, and the relay's own certificate."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 3650
LEAF_DAYS = 397
RENEW_DAYS = 30
"""A relay certificate with fewer days left is made anew, under the same root."""

NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")


def ensure_chain(folder: Path, *, now: datetime) -> None:
    """Make `ca.pem`, `relay-chain.pem` (leaf, then intermediate) and `relay-key.pem` where they are missing.

    The root stays the same as long as its files stay, so that a trust store keeps working.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chain = folder / "relay-chain.pem"
    if chain.is_file() and (folder / "relay-key.pem").is_file() and _days_left(chain, now) > RENEW_DAYS:
        return
    root_key, root = _root(folder, now=now)
    middle_key = ec.generate_private_key(ec.SECP256R1())
    middle = _certificate("Sandbox Intermediate CA", middle_key, root, root_key, now=now, path_length=0)
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate("localhost", leaf_key, middle, middle_key, now=now, path_length=None)
    _write(folder / "relay-key.pem", _private(leaf_key))
    _write(chain, _public(leaf) + _public(middle))


def _root(folder: Path, *, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    certificate_file, key_file = folder / "ca.pem", folder / "ca-key.pem"
    if certificate_file.is_file() and key_file.is_file() and _days_left(certificate_file, now) > LEAF_DAYS:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key, x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Sandbox Root CA", key, None, key, now=now, path_length=1)
    _write(key_file, _private(key))
    _write(certificate_file, _public(root))
    return key, root


def _certificate(
    common_name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    now: datetime,
    path_length: int | None,
) -> x509.Certificate:
    """Sign one certificate; `path_length` None makes the relay's own, a number a CA (RFC 5280 4.2.1.9)."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ISE Mail sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    is_ca = path_length is not None
    end = now + timedelta(days=ROOT_DAYS if is_ca else LEAF_DAYS)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(min(end, issuer.not_valid_after_utc) if issuer else end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=path_length), critical=True)
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not is_ca:
        names = [x509.DNSName(name) for name in NAMES]
        addresses = [x509.IPAddress(ip_address(address)) for address in ADDRESSES]
        builder = builder.add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        server_auth = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(server_auth, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _days_left(path: Path, now: datetime) -> int:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return (certificate.not_valid_after_utc - now.astimezone(UTC)).days


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)
