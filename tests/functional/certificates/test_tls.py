"""The TLS client against a real server on loopback: what is trusted, and why everything else is not."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import crypto

from certificates.pki.tls import HandshakeError, TlsClosed
from certificates.pki.trust import TrustedRow
from tests.support.pki import DAY, NOW, Key, Made, intermediate, root, server, tls_server
from tests.support.tls_dialogue import Dialogue, row, verdict_of, view

pytestmark = [
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated"),
    pytest.mark.filterwarnings("ignore:X509.sign is deprecated"),
]
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
NAMES = ["TLSv1.2", "TLSv1.3"]


@pytest.fixture(params=VERSIONS, ids=NAMES)
def version(request: pytest.FixtureRequest) -> ssl.TLSVersion:
    return request.param


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


@pytest.fixture(scope="module")
def issuing(authority: Made) -> Made:
    return intermediate(authority)


@pytest.fixture(scope="module")
def leaf(issuing: Made) -> Made:
    return server(issuing)


def resigned_with_sha1(made: Made, issuer: Made) -> Made:
    key = crypto.PKey.from_cryptography_key(issuer.key)
    certificate = crypto.X509.from_cryptography(made.certificate)
    certificate.sign(key, "sha1")
    return Made(certificate.to_cryptography(), made.key, made.above)


def with_broken_signature(made: Made) -> Made:
    der = bytearray(made.der)
    der[-4] ^= 0x01
    return Made(x509.load_der_x509_certificate(bytes(der)), made.key, made.above)


def test_a_chain_to_a_trusted_root_is_accepted_and_carries_bytes(
    leaf: Made, authority: Made, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path, maximum=version) as running:
        dialogue = Dialogue(running.port, view(row(authority)))
        verdict = dialogue.shake()
        assert verdict.code == "OK" and verdict.findings == ()
        assert [c.source for c in verdict.chain] == ["presented", "presented", "store"]
        assert dialogue.client.version == NAMES[VERSIONS.index(version)]
        assert dialogue.read() == b"220 hello\r\n"
        dialogue.client.send(b"QUIT\r\n")
        dialogue.end()
    assert running.received == [b"QUIT\r\n"]
    assert running.errors == []


@pytest.mark.parametrize("which", ["intermediate", "leaf", "self-signed leaf"])
def test_an_intermediate_or_the_server_certificate_itself_can_be_the_anchor(
    which: str, leaf: Made, issuing: Made, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    alone = server(None)
    served, anchor = {
        "intermediate": (leaf, issuing),
        "leaf": (leaf, leaf),
        "self-signed leaf": (alone, alone),
    }[which]
    with tls_server(served, tmp_path, maximum=version) as running:
        assert verdict_of(running.port, [row(anchor)]).code == "OK"


def test_an_empty_store_trusts_nobody_and_sends_the_alert_of_an_unknown_authority(
    leaf: Made, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path, maximum=version) as running:
        dialogue = Dialogue(running.port, view())
        verdict = dialogue.shake()
        dialogue.end()
    assert verdict.code == "UNKNOWN_ISSUER"
    assert verdict.params["issuer"] == "Testlab Root CA"
    assert [finding.code for finding in verdict.findings] == ["STORE_EMPTY"]
    assert dialogue.client.alert_sent == 48
    assert "unknown ca" in running.errors[0]


def test_the_presented_chain_stays_readable_after_the_refusal(
    leaf: Made, issuing: Made, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path, maximum=version) as running:
        dialogue = Dialogue(running.port, view())
        verdict = dialogue.shake()
        dialogue.end()
    assert dialogue.client.presented == (leaf.der, issuing.der)
    assert [c.sha256 for c in verdict.chain] == [leaf.sha256, issuing.sha256]
    assert {c.source for c in verdict.chain} == {"presented"}


def test_the_authorities_of_the_system_are_never_used(
    leaf: Made, authority: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "system.pem"
    bundle.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with tls_server(leaf, tmp_path) as running:
        assert verdict_of(running.port, []).code == "UNKNOWN_ISSUER"


Rows = Callable[[], tuple[Made, list[Made] | None, list[TrustedRow]]]


def shared_names() -> tuple[Made, Made, Made]:
    authority = root()
    issuing = intermediate(authority)
    return authority, issuing, server(issuing)


def disabled_root() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority, _, leaf = shared_names()
    return leaf, None, [row(authority, enabled=False)]


def disabled_intermediate_and_no_root() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    _, issuing, leaf = shared_names()
    return leaf, None, [row(issuing, enabled=False)]


def root_for_other_purposes() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority, _, leaf = shared_names()
    return leaf, None, [row(authority, usages=frozenset({"cisco_services"}))]


def root_with_another_key() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    return shared_names()[2], None, [row(root())]


def root_with_another_key_and_no_identifiers() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(identifiers=False)
    return server(authority, identifiers=False), None, [row(root(identifiers=False))]


def intermediate_with_another_key() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    _, _, leaf = shared_names()
    return leaf, None, [row(intermediate(root()), name="Issuing CA of last year")]


def untrusted_root_sent() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority, issuing, leaf = shared_names()
    return leaf, [issuing, authority], [row(root("Other Root"))]


def only_the_leaf_sent() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority, _, leaf = shared_names()
    return leaf, [], [row(authority)]


def issuer_unknown() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    return shared_names()[2], None, [row(root("Other Root"))]


def self_signed() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    return server(None), None, [row(root())]


def expired_leaf() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, not_after=NOW - 3 * DAY), None, [row(authority)]


def expired_intermediate() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(intermediate(authority, not_after=NOW - DAY)), None, [row(authority)]


def expired_root_in_the_store() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(not_after=NOW - DAY)
    return server(intermediate(authority)), None, [row(authority)]


def expired_leaf_in_the_store() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    leaf = server(root(), not_after=NOW - DAY)
    return leaf, None, [row(leaf)]


def future_leaf() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, not_before=NOW + DAY), None, [row(authority)]


def future_root_in_the_store() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(not_before=NOW + DAY)
    return server(authority), None, [row(authority)]


def other_host() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, "mx.testlab.com"), None, [row(authority)]


def no_subject_alternative_name() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, hosts=()), None, [row(authority)]


def for_clients_only() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, usages=(ExtendedKeyUsageOID.CLIENT_AUTH,)), None, [row(authority)]


def signed_by_a_server_certificate() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(intermediate(authority, ca=False)), None, [row(authority)]


def signed_without_the_right_to_sign() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(intermediate(authority, key_cert_sign=False)), None, [row(authority)]


def root_without_the_right_to_sign() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(key_cert_sign=False)
    return server(authority), None, [row(authority)]


def path_length_exceeded() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(path_length=0)
    return server(intermediate(authority)), None, [row(authority)]


def name_not_permitted() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    only = x509.NameConstraints([x509.DNSName("example.org")], None)
    authority = root()
    return server(intermediate(authority, extra=[(only, True)])), None, [row(authority)]


def wildcard_over_an_excluded_name() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    excluded = x509.NameConstraints(None, [x509.DNSName("evil.testlab.com")])
    authority = root()
    issuing = intermediate(authority, extra=[(excluded, True)])
    return server(issuing, hosts=("*.testlab.com",)), None, [row(authority)]


def unknown_critical_extension() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    authority = root()
    return server(authority, extra=[(odd, True)]), None, [row(authority)]


def endless_chain() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    last = authority
    for number in range(110):
        last = intermediate(last, f"CA {number}", key=authority.key)
    return server(last), None, [row(authority)]


def short_server_key() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return server(authority, key=rsa.generate_private_key(65537, 1024)), None, [row(authority)]


def short_authority_key() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    weak = intermediate(authority, key=rsa.generate_private_key(65537, 1024))
    return server(weak), None, [row(authority)]


def sha1_signature() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    issuing = intermediate(authority)
    return resigned_with_sha1(server(issuing), issuing), None, [row(authority)]


def broken_signature() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root()
    return with_broken_signature(server(authority)), None, [row(authority)]


def dsa_root() -> tuple[Made, list[Made] | None, list[TrustedRow]]:
    authority = root(key=dsa.generate_private_key(2048))
    return server(intermediate(authority)), None, [row(authority)]


REFUSALS = [
    (disabled_root, "ISSUER_DISABLED", {}),
    (disabled_intermediate_and_no_root, "ISSUER_DISABLED", {}),
    (root_for_other_purposes, "ISSUER_WRONG_USAGE", {"usages": "cisco_services", "needed": "infrastructure"}),
    (root_with_another_key, "ISSUER_KEY_MISMATCH", {}),
    (root_with_another_key_and_no_identifiers, "ISSUER_KEY_MISMATCH", {}),
    (intermediate_with_another_key, "ISSUER_KEY_MISMATCH", {"name": "Issuing CA of last year"}),
    (untrusted_root_sent, "UNKNOWN_ROOT_SENT", {"root": "Testlab Root CA"}),
    (only_the_leaf_sent, "INTERMEDIATE_NOT_SENT", {"issuer": "Testlab Issuing CA"}),
    (issuer_unknown, "UNKNOWN_ISSUER", {"issuer": "Testlab Root CA"}),
    (self_signed, "SELF_SIGNED", {"name": "mail.testlab.com"}),
    (expired_leaf, "CERT_EXPIRED", {"role": "server", "days": "3"}),
    (expired_intermediate, "CERT_EXPIRED", {"role": "issuer", "name": "Testlab Issuing CA"}),
    (expired_root_in_the_store, "CERT_EXPIRED", {"role": "root"}),
    (expired_leaf_in_the_store, "CERT_EXPIRED", {"role": "server"}),
    (future_leaf, "CERT_NOT_YET_VALID", {"role": "server"}),
    (future_root_in_the_store, "CERT_NOT_YET_VALID", {"role": "root"}),
    (other_host, "HOSTNAME_MISMATCH", {"host": "mail.testlab.com", "names": "mx.testlab.com"}),
    (no_subject_alternative_name, "NO_SAN", {"name": "mail.testlab.com"}),
    (for_clients_only, "WRONG_EKU", {"usages": "clientAuth"}),
    (signed_by_a_server_certificate, "ISSUER_NOT_A_CA", {"name": "Testlab Issuing CA"}),
    (signed_without_the_right_to_sign, "ISSUER_NOT_A_CA", {"name": "Testlab Issuing CA"}),
    (root_without_the_right_to_sign, "ISSUER_NOT_A_CA", {"name": "Testlab Root CA"}),
    (path_length_exceeded, "PATHLEN_EXCEEDED", {}),
    (name_not_permitted, "NAME_CONSTRAINT", {}),
    (wildcard_over_an_excluded_name, "SECOND_OPINION", {}),
    (unknown_critical_extension, "UNKNOWN_CRITICAL_EXT", {}),
    (endless_chain, "CHAIN_TOO_LONG", {}),
    (short_server_key, "WEAK_KEY_SERVER", {"bits": "1024"}),
    (short_authority_key, "WEAK_KEY_CA", {"bits": "1024"}),
    (sha1_signature, "WEAK_SIGNATURE", {"digest": "SHA-1"}),
    (broken_signature, "BAD_SIGNATURE", {}),
    (dsa_root, "SECOND_OPINION", {}),
]


@pytest.mark.parametrize(
    ("build", "code", "params"), REFUSALS, ids=[build.__name__ for build, _, _ in REFUSALS]
)
def test_each_fault_has_its_own_reason(
    build: Rows, code: str, params: dict[str, str], version: ssl.TLSVersion, tmp_path: Path
) -> None:
    served, sent, rows = build()
    with tls_server(served, tmp_path, sent=sent, maximum=version) as running:
        verdict = verdict_of(running.port, rows)
    assert verdict.code == code
    assert params.items() <= verdict.params.items()
    assert verdict.chain[0].der == served.der


def test_a_key_usage_that_allows_no_server_is_told_from_an_extended_one(tmp_path: Path) -> None:
    authority = root()
    odd = server(authority, ca=True, usages=(ExtendedKeyUsageOID.SERVER_AUTH,))
    with tls_server(odd, tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority)])
    assert (verdict.code, verdict.params["usages"]) == ("WRONG_EKU", "keyUsage")


def test_an_address_that_the_certificate_does_not_list_is_refused(tmp_path: Path) -> None:
    authority = root()
    with tls_server(server(authority), tmp_path) as running:
        assert verdict_of(running.port, [row(authority)], host="127.0.0.1").code == "IP_MISMATCH"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "MAIL.testlab.com.", "bücher.testlab.com"])
def test_addresses_and_names_in_every_spelling_are_found_in_the_certificate(
    host: str, tmp_path: Path
) -> None:
    authority = root()
    hosts = ("127.0.0.1", "::1", "mail.testlab.com", "xn--bcher-kva.testlab.com")
    with tls_server(server(authority, hosts=hosts), tmp_path) as running:
        assert verdict_of(running.port, [row(authority)], host=host).code == "OK"


def test_a_chain_through_a_disabled_intermediate_is_accepted_with_a_warning(
    leaf: Made, issuing: Made, authority: Made, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority), row(issuing, enabled=False, name="Branch CA")])
    assert verdict.code == "OK"
    assert [(f.code, f.params["name"], f.severity) for f in verdict.findings] == [
        ("CHAIN_USES_DISABLED_CERT", "Branch CA", "W")
    ]


def test_the_second_box_is_recommended_but_not_needed(leaf: Made, authority: Made, tmp_path: Path) -> None:
    with tls_server(leaf, tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority, usages=frozenset({"infrastructure"}))])
    assert verdict.code == "OK"
    assert [finding.code for finding in verdict.findings] == ["SECOND_USAGE_OFF"]


def test_a_certificate_that_ends_soon_is_accepted_with_a_warning(authority: Made, tmp_path: Path) -> None:
    ending = server(authority, not_after=NOW + 8 * DAY + dt.timedelta(hours=1))
    with tls_server(ending, tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority)])
    assert verdict.code == "OK"
    assert [(f.code, f.params["days"]) for f in verdict.findings] == [("CERT_EXPIRES_SOON", "8")]


def test_an_expired_chain_with_an_unknown_issuer_says_both(tmp_path: Path) -> None:
    with tls_server(server(root(), not_after=NOW - DAY), tmp_path) as running:
        verdict = verdict_of(running.port, [row(root("Other Root"))])
    assert verdict.code == "INTERMEDIATE_NOT_SENT"
    assert [finding.code for finding in verdict.findings] == ["CERT_EXPIRED"]


@pytest.mark.parametrize(
    "key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.BrainpoolP256R1())]
)
def test_keys_that_the_second_verifier_does_not_know_are_a_warning(key: Key, tmp_path: Path) -> None:
    authority = root(key=key)
    with tls_server(server(authority), tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority)])
    assert verdict.code == "OK"
    assert [(f.code, f.severity) for f in verdict.findings] == [("SECOND_OPINION", "W")]


def test_constraints_that_the_second_verifier_cannot_evaluate_are_a_warning(tmp_path: Path) -> None:
    organization = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Testlab")])
    only = x509.NameConstraints([x509.DirectoryName(organization)], None)
    authority = root()
    with tls_server(server(intermediate(authority, extra=[(only, True)])), tmp_path) as running:
        verdict = verdict_of(running.port, [row(authority)])
    assert verdict.code == "OK"
    assert [(f.code, f.severity) for f in verdict.findings] == [("SECOND_OPINION", "W")]


def test_a_setting_turns_the_second_verifier_into_a_warning(tmp_path: Path) -> None:
    served, _, rows = dsa_root()
    with tls_server(served, tmp_path) as running:
        dialogue = Dialogue(running.port, view(*rows, second_gate=False))
        verdict = dialogue.shake()
        dialogue.end()
    assert verdict.code == "OK"
    assert ("SECOND_OPINION", "W") in [(f.code, f.severity) for f in verdict.findings]


def test_a_demand_for_a_client_certificate_is_named(
    leaf: Made, authority: Made, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path, maximum=version, demands=authority) as running:
        dialogue = Dialogue(running.port, view(row(authority)))
        code = dialogue.shake().code
        if code == "OK":
            with pytest.raises(HandshakeError) as caught:
                dialogue.read()
            code = caught.value.verdict.code
        dialogue.end()
    assert code == "TLS_CLIENT_CERT_REQUIRED"


@pytest.mark.parametrize(
    ("maximum", "minimum"), [(ssl.TLSVersion.TLSv1_1, "1.2"), (ssl.TLSVersion.TLSv1_2, "1.3")]
)
def test_a_server_with_too_old_a_version_is_named(
    maximum: ssl.TLSVersion, minimum: str, leaf: Made, authority: Made, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path, maximum=maximum) as running:
        dialogue = Dialogue(running.port, view(row(authority)), minimum=minimum)
        assert dialogue.shake().code == "TLS_VERSION"
        dialogue.end()


def test_a_server_without_a_common_cipher_is_named(leaf: Made, authority: Made, tmp_path: Path) -> None:
    ciphers = "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"
    with tls_server(leaf, tmp_path, maximum=ssl.TLSVersion.TLSv1_2, ciphers=ciphers) as running:
        assert verdict_of(running.port, [row(authority)]).code == "TLS_NO_COMMON_CIPHER"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"220 mail.testlab.com ESMTP\r\n", "PLAIN_ON_TLS_PORT"),
        (b"", "TLS_CLOSED"),
        (b"HTTP/1.1 400 Bad\r\n\r\n", "PLAIN_ON_TLS_PORT"),
    ],
)
def test_a_server_that_speaks_no_tls_is_named(answer: bytes, code: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_once() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(answer)

    thread = threading.Thread(target=answer_once, daemon=True)
    thread.start()
    assert verdict_of(listener.getsockname()[1], []).code == code
    thread.join(10)
    listener.close()


def test_a_connection_that_ends_without_close_notify_is_closed(
    leaf: Made, authority: Made, tmp_path: Path
) -> None:
    with tls_server(leaf, tmp_path) as running:
        dialogue = Dialogue(running.port, view(row(authority)))
        assert dialogue.shake().is_ok
        assert dialogue.read() == b"220 hello\r\n"
        dialogue.client.receive(b"")
        with pytest.raises(TlsClosed):
            dialogue.client.read()
        dialogue.end()


def test_rows_that_cannot_be_read_are_no_anchor_and_no_obstacle(
    leaf: Made, authority: Made, tmp_path: Path
) -> None:
    broken = TrustedRow(b"\x30\x03\x02\x01\x00", "broken", True, frozenset({"infrastructure"}))
    with tls_server(leaf, tmp_path) as running:
        assert verdict_of(running.port, [broken, row(authority)]).code == "OK"
        assert verdict_of(running.port, [broken]).code == "UNKNOWN_ISSUER"


def test_a_verdict_becomes_json_without_the_bytes(leaf: Made, tmp_path: Path) -> None:
    with tls_server(leaf, tmp_path) as running:
        shown = verdict_of(running.port, []).as_json()
    assert next(iter(shown)) == "code"
    assert shown["chain"][0]["sha256"] == leaf.certificate.fingerprint(hashes.SHA256()).hex()
    assert "der" not in shown["chain"][0]
