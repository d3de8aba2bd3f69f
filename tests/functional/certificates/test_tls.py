"""The TLS client against a real server on loopback: what is trusted, and why everything else is not."""

import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from certificates.pki.tls import HandshakeError, TlsClosed
from certificates.pki.trust import TrustedRow
from tests.support.pki import Made, intermediate, root, server, tls_server
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


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "MAIL.testlab.com.", "bücher.testlab.com"])
def test_addresses_and_names_in_every_spelling_are_found_in_the_certificate(
    host: str, tmp_path: Path
) -> None:
    authority = root()
    hosts = ("127.0.0.1", "::1", "mail.testlab.com", "xn--bcher-kva.testlab.com")
    with tls_server(server(authority, hosts=hosts), tmp_path) as running:
        assert verdict_of(running.port, [row(authority)], host=host).code == "OK"


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
