"""A server whose bytes are damaged on the way: the client always ends with a reason, never with a crash."""

import random
import ssl
from pathlib import Path

import pytest

from certificates.pki.tls import HandshakeError, TlsClient, TlsClosed, client_context
from certificates.pki.verify import verify
from tests.support.pki import NOW, intermediate, root, server, tls_server
from tests.support.tls_dialogue import HOST, Dialogue, row, view


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_flipped_bit_anywhere_in_the_handshake_is_refused_with_a_code(
    version: ssl.TLSVersion, tmp_path: Path
) -> None:
    authority = root()
    chance = random.Random(20261124)
    refusals = 0
    with tls_server(server(intermediate(authority)), tmp_path, maximum=version) as running:
        for _ in range(60):
            dialogue = Dialogue(running.port, view(row(authority)))
            refusals += _shake_with_a_flipped_bit(dialogue, chance)
            dialogue.socket.close()
    assert refusals > 20


def _shake_with_a_flipped_bit(dialogue: Dialogue, chance: random.Random) -> bool:
    client, place, seen = dialogue.client, chance.randrange(1, 1800), 0
    try:
        while not client.handshake():
            dialogue.flush()
            data = bytearray(dialogue.socket.recv(65536))
            if seen <= place < seen + len(data):
                data[place - seen] ^= 1 << chance.randrange(8)
            seen += len(data)
            client.receive(bytes(data))
    except HandshakeError as error:
        assert error.verdict.code != "OK"
        assert error.verdict.as_json()["code"] == error.verdict.code
        return True
    except OSError:
        return True
    return False


def test_a_certificate_that_is_none_has_the_same_code_with_and_without_a_connection(tmp_path: Path) -> None:
    authority = root()
    leaf = server(intermediate(authority))
    sound = leaf.above[0].der
    broken = sound[:1] + b"\x80" + sound[2:]
    with tls_server(leaf, tmp_path, maximum=ssl.TLSVersion.TLSv1_2) as running:
        dialogue = Dialogue(running.port, view(row(authority)))
        with pytest.raises(HandshakeError) as caught:
            while not dialogue.client.handshake():
                dialogue.flush()
                dialogue.client.receive(dialogue.socket.recv(65536).replace(sound, broken))
        dialogue.socket.close()
    asked = {"anchors": view(row(authority)), "host": HOST, "usage": "infrastructure", "now": NOW}
    without = verify(presented=[leaf.der, broken], **asked)
    assert caught.value.verdict.code == without.code == "CERT_UNREADABLE"
    assert without.depth == 1 and [one.is_at_fault for one in without.chain] == [False, True]


@pytest.mark.parametrize("start", [b"\x16\x03\x03", b"\x15\x03\x03\x00\x02", b"", b"220 "])
def test_noise_instead_of_a_server_is_refused_with_a_code(start: bytes) -> None:
    chance = random.Random(7)
    for _ in range(50):
        client = TlsClient(context=client_context(view(), now=NOW), host=HOST, view=view(), now=NOW)
        assert client.handshake() is False
        assert client.outgoing().startswith(b"\x16\x03")
        client.receive(start + chance.randbytes(chance.randrange(1, 200)))
        client.receive(b"")
        with pytest.raises(HandshakeError) as caught:
            client.handshake()
        assert caught.value.verdict.code in {"PLAIN_ON_TLS_PORT", "TLS_CLOSED", "TLS_PROTOCOL", "TLS_VERSION"}


def test_a_closed_connection_takes_no_more_bytes(tmp_path: Path) -> None:
    authority = root()
    with tls_server(server(authority), tmp_path) as running:
        dialogue = Dialogue(running.port, view(row(authority)))
        assert dialogue.shake().is_ok
        dialogue.read()
        dialogue.end()
        with pytest.raises(TlsClosed):
            dialogue.client.send(b"EHLO x\r\n")
