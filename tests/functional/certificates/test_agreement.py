"""Three hundred random chains: a handshake and an answer without a connection never disagree."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import SSL, crypto

from certificates.pki.tls import HandshakeError, TlsClient, client_context
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from tests.support.pki import DAY, NOW, Made, intermediate, root
from tests.support.stapling import stapling_context
from tests.support.taxonomy.case import HOST, Scene, raw_extension, relay
from tests.support.tls_dialogue import row

pytestmark = pytest.mark.filterwarnings("ignore:X509.sign is deprecated")
SEED, CHAINS = 20261124, 300
UNKNOWN = [(raw_extension("1.2.3.4.5", b"\x05\x00"), True)]


@dataclass
class Plan:
    """What one random chain is made of."""

    authorities: int
    leaf: dict[str, Any] = field(default_factory=dict)
    issuing: dict[str, Any] = field(default_factory=dict)
    root: dict[str, Any] = field(default_factory=dict)
    row: dict[str, Any] = field(default_factory=dict)
    sends_chain: bool = True
    row_is_of_another_key: bool = False
    digest: str = ""
    flaws: tuple[str, ...] = ()


@cache
def short_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


FLAWS: dict[str, Callable[[Plan], Any]] = {
    "server certificate expired": lambda p: p.leaf.update(not_before=NOW - 9 * DAY, not_after=NOW - DAY),
    "server certificate of tomorrow": lambda p: p.leaf.update(not_before=NOW + DAY, not_after=NOW + 60 * DAY),
    "other host": lambda p: p.leaf.update(hosts=("mx.testlab.com",)),
    "no host": lambda p: p.leaf.update(hosts=()),
    "for clients": lambda p: p.leaf.update(usages=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
    "critical extension of the server": lambda p: p.leaf.update(extra=UNKNOWN),
    "short key of the server": lambda p: p.leaf.update(key=short_key()),
    "SHA-1": lambda p: setattr(p, "digest", "sha1"),
    "authority expired": lambda p: p.issuing.update(not_after=NOW - DAY),
    "authority is none": lambda p: p.issuing.update(ca=False),
    "authority may not sign": lambda p: p.issuing.update(key_cert_sign=False),
    "critical extension of an authority": lambda p: p.issuing.update(extra=UNKNOWN),
    "short key of an authority": lambda p: p.issuing.update(key=short_key()),
    "path length": lambda p: p.root.update(path_length=0),
    "root expired": lambda p: p.root.update(not_after=NOW - DAY),
    "root may not sign": lambda p: p.root.update(key_cert_sign=False),
    "short key of the root": lambda p: p.root.update(key=short_key()),
    "row disabled": lambda p: p.row.update(enabled=False),
    "row for another use": lambda p: p.row.update(usages=frozenset({"cisco_services"})),
    "row of another key": lambda p: setattr(p, "row_is_of_another_key", True),
    "chain not sent": lambda p: setattr(p, "sends_chain", False),
}


def plan_of(number: int) -> Plan:
    chance = random.Random(SEED + number)
    plan = Plan(authorities=chance.randrange(3))
    plan.flaws = tuple(chance.sample(sorted(FLAWS), chance.choice((0, 1, 1, 1, 2, 2, 3))))
    for flaw in plan.flaws:
        FLAWS[flaw](plan)
    return plan


def scene_of(plan: Plan) -> Scene:
    authority = last = root(**plan.root)
    for number in range(plan.authorities):
        changes = plan.issuing if number == plan.authorities - 1 else {}
        last = intermediate(last, f"Testlab CA {number}", **changes)
    leaf = relay(last, **plan.leaf)
    if plan.digest:
        certificate = crypto.X509.from_cryptography(leaf.certificate)
        certificate.sign(crypto.PKey.from_cryptography_key(last.key), plan.digest)
        leaf = Made(certificate.to_cryptography(), leaf.key, leaf.above)
    held = row(root() if plan.row_is_of_another_key else authority, **plan.row)
    return Scene(leaf, (held,), sent=None if plan.sends_chain else ())


def shaken(scene: Scene) -> Verdict:
    """Judge inside a handshake of TLS 1.3 whose bytes never leave the process."""
    server = SSL.Connection(stapling_context(scene.leaf, scene.above, b""), None)
    server.set_accept_state()
    context = client_context(scene.view, now=NOW)
    client = TlsClient(context=context, host=HOST, view=scene.view, now=NOW)
    try:
        while not client.handshake():
            server.bio_write(client.outgoing())
            with pytest.raises(SSL.WantReadError):
                server.do_handshake()
            client.receive(server.bio_read(1 << 20))
    except HandshakeError as error:
        return error.verdict
    return client.verify_peer()


@pytest.mark.parametrize("start", range(0, CHAINS, 50))
def test_a_handshake_and_an_answer_without_one_agree(start: int) -> None:
    disagreements = []
    for number in range(start, start + 50):
        plan = plan_of(number)
        scene = scene_of(plan)
        live = shaken(scene)
        offline = verify(presented=scene.presented, anchors=scene.view, host=HOST, usage=scene.usage, now=NOW)
        if (live.code, live.depth) != (offline.code, offline.depth):
            disagreements.append((number, plan.authorities, plan.flaws, live.code, offline.code))
    assert disagreements == []
