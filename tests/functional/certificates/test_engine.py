"""What depends on OpenSSL settings that pyOpenSSL has no name for, and on what its callback can bear."""

from pathlib import Path

from cryptography import x509

from certificates.pki.trust import INFRASTRUCTURE
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from tests.support.pki import NOW, Made, intermediate, root, server, tls_server
from tests.support.tls_dialogue import Dialogue, row, view

ADDRESS = "127.0.0.1"


def both_ways(leaf: Made, authority: Made, folder: Path, host: str) -> tuple[Verdict, Verdict]:
    """The answer of a real handshake, and the one without a connection."""
    trust = view(row(authority))
    with tls_server(leaf, folder) as running:
        shaken = Dialogue(running.port, trust, host=host).shake()
    sent = [leaf.der, *(made.der for made in leaf.above if made.above)]
    alone = verify(presented=sent, anchors=trust, host=host, usage=INFRASTRUCTURE, now=NOW)
    return shaken, alone


def constrained(authority: Made) -> Made:
    only = x509.NameConstraints([x509.DNSName("testlab.com")], None)
    return intermediate(authority, extra=[(only, True)])


def test_name_constraints_do_not_apply_to_a_common_name(tmp_path: Path) -> None:
    authority = root()
    leaf = server(constrained(authority), name="relay.example.org", hosts=(ADDRESS,))
    shaken, alone = both_ways(leaf, authority, tmp_path, ADDRESS)
    assert (shaken.code, alone.code) == ("OK", "OK")


def test_name_constraints_apply_to_alternative_names_all_the_same(tmp_path: Path) -> None:
    authority = root()
    leaf = server(constrained(authority), hosts=("mail.example.org",))
    shaken, alone = both_ways(leaf, authority, tmp_path, "mail.example.org")
    assert (shaken.code, alone.code) == ("NAME_CONSTRAINT", "NAME_CONSTRAINT")


def test_a_demand_for_a_policy_ends_in_a_verdict_and_not_in_the_end_of_the_process(tmp_path: Path) -> None:
    authority = root()
    demand = x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None)
    leaf = server(intermediate(authority, extra=[(demand, True)]))
    shaken, alone = both_ways(leaf, authority, tmp_path, "mail.testlab.com")
    assert (shaken.code, alone.code) == ("POLICY_CONSTRAINT", "POLICY_CONSTRAINT")
