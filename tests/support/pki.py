"""Certificate authorities, chains and a loopback TLS server, made in the test that needs them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class Made:
    """A certificate with its key and the certificates above it."""

    certificate: x509.Certificate
    key: Key
    above: tuple[Made, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


@dataclass
class Recipe:
    """What a certificate should be; the defaults make a sound one."""

    name: str
    ca: bool | None = False
    path_length: int | None = None
    hosts: Sequence[str] = ()
    not_before: dt.datetime = NOW - 10 * DAY
    not_after: dt.datetime = NOW + 365 * DAY
    usages: Sequence[x509.ObjectIdentifier] | None = None
    key_cert_sign: bool | None = None
    key: Key | None = None
    identifiers: bool = True
    issuer_url: str = ""
    serial: int | None = None
    extra: list[tuple[x509.ExtensionType, bool]] = field(default_factory=list)


def distinguished(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Testlab"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def make(recipe: Recipe, issuer: Made | None = None) -> Made:
    """Sign a certificate with the issuer's key, or with its own when there is no issuer."""
    key = recipe.key or ec.generate_private_key(ec.SECP256R1())
    parent = distinguished(recipe.name) if issuer is None else issuer.certificate.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished(recipe.name))
        .issuer_name(parent)
        .public_key(key.public_key())
        .serial_number(recipe.serial or x509.random_serial_number())
        .not_valid_before(recipe.not_before)
        .not_valid_after(recipe.not_after)
    )
    signing_key = key if issuer is None else issuer.key
    for value, critical in _extensions(recipe, key, signing_key):
        builder = builder.add_extension(value, critical)
    digest = None if isinstance(signing_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    above = () if issuer is None else (issuer, *issuer.above)
    return Made(builder.sign(signing_key, digest), key, above)


def _extensions(recipe: Recipe, key: Key, signing_key: Key) -> Iterator[tuple[x509.ExtensionType, bool]]:
    if recipe.ca is not None:
        yield x509.BasicConstraints(recipe.ca, recipe.path_length), True
    can_sign = bool(recipe.ca) if recipe.key_cert_sign is None else recipe.key_cert_sign
    if recipe.ca is not None:
        yield x509.KeyUsage(not recipe.ca, False, False, False, False, can_sign, can_sign, False, False), True
    usages = recipe.usages
    if usages is None and not recipe.ca:
        usages = (ExtendedKeyUsageOID.SERVER_AUTH,)
    if usages:
        yield x509.ExtendedKeyUsage(usages), False
    if recipe.hosts:
        yield x509.SubjectAlternativeName([_general_name(host) for host in recipe.hosts]), False
    if recipe.identifiers:
        yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        yield x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), False
    if recipe.issuer_url:
        access = x509.AccessDescription(
            x509.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(recipe.issuer_url)
        )
        yield x509.AuthorityInformationAccess([access]), False
    yield from recipe.extra


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def root(name: str = "Testlab Root CA", **changes: Any) -> Made:
    return make(Recipe(name, ca=True, **changes))


def intermediate(issuer: Made, name: str = "Testlab Issuing CA", **changes: Any) -> Made:
    return make(Recipe(name, **({"ca": True} | changes)), issuer)


def server(issuer: Made | None, host: str = "mail.testlab.com", **changes: Any) -> Made:
    return make(Recipe(**({"name": host, "hosts": (host,)} | changes)), issuer)


class TlsServer:
    """A real TLS server on loopback: one thread, any number of connections, each greeted with one line."""

    def __init__(self, context: ssl.SSLContext, greeting: bytes) -> None:
        self.errors: list[str] = []
        self.received: list[bytes] = []
        self._context = context
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            plain.settimeout(10)
            try:
                with self._context.wrap_socket(plain, server_side=True) as secured:
                    secured.sendall(self._greeting)
                    self.received.append(secured.recv(4096))
            except (OSError, ssl.SSLError) as error:
                self.errors.append(str(error))
            finally:
                plain.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def server_context(
    leaf: Made,
    folder: Path,
    *,
    sent: Sequence[Made] | None = None,
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ciphers: str = "",
    demands: Made | None = None,
) -> ssl.SSLContext:
    """Present the leaf with the given certificates above it (without the root when nothing is said)."""
    above = [m for m in leaf.above if m.above] if sent is None else sent
    chain = folder / "chain.pem"
    chain.write_bytes(leaf.pem + b"".join(m.pem for m in above))
    key = folder / "key.pem"
    key.write_bytes(leaf.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = min(ssl.TLSVersion.TLSv1_2, maximum)
    context.maximum_version = maximum
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    context.load_cert_chain(chain, key)
    if demands is not None:
        authority = folder / "demanded.pem"
        authority.write_bytes(demands.pem)
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def tls_server(
    leaf: Made, folder: Path, *, greeting: bytes = b"220 hello\r\n", **presented: Any
) -> Iterator[TlsServer]:
    """Run a server that is set up as `server_context` says."""
    running = TlsServer(server_context(leaf, folder, **presented), greeting)
    try:
        yield running
    finally:
        running.stop()
