"""The ways out of a refused chain: which certificates are offered, and what each would bring."""

import pytest

from certificates.chains.climb import Role
from certificates.models import Proposal, Status, TrustedCertificate
from certificates.pki.verify import verify
from certificates.repair import proposals, ways
from certificates.repair.proposals import NothingSent, ProposalGone, Refused
from certificates.repair.ways import outlook
from certificates.truststore import Usage
from tests.support.pki import DAY, NOW, Made, intermediate, root, server
from tests.support.revocation import with_sha1
from tests.support.store import trust

pytestmark = pytest.mark.django_db
HOST = "mail.testlab.com"


def proposed(*sent: Made, code: str = "UNKNOWN_ISSUER", host: str = HOST) -> Proposal:
    refused = Refused("smtp", f"{host}:587", host, "infrastructure", code, [one.der for one in sent])
    return Proposal.objects.get(pk=proposals.propose(refused, actor="ada", now=NOW))


def offered(proposal: Proposal, file: tuple[Made, ...] = ()) -> list[tuple[str, Role, str]]:
    found = outlook(proposal, now=NOW, file=[one.der for one in file])
    return [
        (way.certificate.fields.display_name, way.role, way.outcome.code)
        for way in found.ways
        if way.ends_the_refusal
    ]


def test_the_root_comes_first_then_the_authority_then_the_server_itself():
    top = root()
    middle = intermediate(top)
    leaf = server(middle)
    found = offered(proposed(leaf, middle, top, code="UNKNOWN_ROOT_SENT"))
    assert found == [
        ("Testlab Root CA", Role.ROOT, "OK"),
        ("Testlab Issuing CA", Role.AUTHORITY, "OK"),
        (HOST, Role.SERVER, "OK"),
    ]


def test_the_order_in_which_they_were_sent_does_not_matter_nor_does_what_belongs_to_another_chain():
    top = root()
    middle = intermediate(top)
    leaf = server(middle)
    found = offered(proposed(leaf, root("Stranger"), top, middle))
    assert [name for name, _, _ in found] == ["Testlab Root CA", "Testlab Issuing CA", HOST]


def test_a_root_that_was_not_sent_is_named_with_the_address_where_it_lies():
    top = root()
    middle = intermediate(top, issuer_url="http://pki.testlab.com/root.cer")
    found = outlook(proposed(server(middle), middle), now=NOW)
    assert (found.missing, found.issuer_url) == ("Testlab Root CA", "http://pki.testlab.com/root.cer")
    assert [way.role for way in found.ways] == [Role.AUTHORITY, Role.SERVER]


def test_a_file_with_the_root_completes_the_chain():
    top = root()
    middle = intermediate(top)
    found = outlook(proposed(server(middle), middle), now=NOW, file=[top.der, root("Stranger").der])
    assert found.missing == ""
    assert (found.ways[0].source, found.ways[0].role) == ("file", Role.ROOT)
    assert found.ways[0].outcome.is_ok


def test_a_root_from_a_file_takes_the_authority_along_that_the_server_does_not_send():
    top = root()
    middle = intermediate(top)
    found = outlook(proposed(server(middle)), now=NOW, file=[middle.der, top.der])
    assert found.ways[0].outcome.is_ok
    assert [item.der for item in found.ways[0].taken] == [top.der, middle.der]


def test_a_root_alone_does_not_help_when_the_authority_between_is_not_sent():
    top = root()
    middle = intermediate(top)
    assert offered(proposed(server(middle)), (top,)) == [(HOST, Role.SERVER, "OK")]


def test_what_is_wrong_besides_is_said_with_each_way():
    top = root()
    leaf = server(top, "other.testlab.com")
    found = offered(proposed(leaf, top))
    assert {code for _, _, code in found} == {"HOSTNAME_MISMATCH"}


def test_nothing_is_offered_that_an_expired_root_on_the_way_keeps_from_helping():
    top = root(not_after=NOW - DAY)
    assert offered(proposed(server(top), top)) == []


def test_an_expired_root_that_is_sent_is_named_where_nothing_else_would_help():
    top = root(not_after=NOW - DAY)
    found = outlook(proposed(server(top), top, code="CERT_EXPIRED"), now=NOW)
    assert found.expired is not None and found.expired.display_name == "Testlab Root CA"
    assert outlook(proposed(server(root())), now=NOW).expired is None


def test_the_renewed_certificate_of_a_root_goes_before_the_expired_one_that_is_sent():
    old = root(not_after=NOW - DAY)
    renewed = root(key=old.key)
    found = offered(proposed(server(old), old, code="CERT_EXPIRED"), (renewed,))
    assert found[0] == ("Testlab Root CA", Role.ROOT, "OK")


def test_a_long_chain_costs_no_more_looks_than_there_are_ways(monkeypatch):
    chain = [root()]
    for number in range(30):
        chain.append(intermediate(chain[-1], f"Authority {number}"))
    sent = [server(chain[-1]), *reversed(chain)]
    looks = []

    def counted(**asked):
        looks.append(len(asked["presented"]))
        return verify(**asked)

    monkeypatch.setattr(ways, "verify", counted)
    found = outlook(proposed(*sent), now=NOW, file=[one.der for one in chain])
    assert len(looks) == len(found.ways) == ways.MOST_WAYS
    assert set(looks) == {proposals.MOST_CERTIFICATES}
    assert found.ways[-1].role is Role.SERVER


def test_the_store_is_asked_once_about_a_certificate_however_many_ways_there_are(
    django_assert_max_num_queries,
):
    chain = [root()]
    for number in range(7):
        chain.append(intermediate(chain[-1], f"Authority {number}"))
    proposal = proposed(server(chain[-1]), *reversed(chain))
    outlook(proposal, now=NOW)
    with django_assert_max_num_queries(2 * len(chain) + 4 * ways.MOST_WAYS):
        outlook(proposal, now=NOW)


def test_rows_that_could_be_switched_on_cost_no_more_looks_either(monkeypatch):
    key = root().key
    for _ in range(9):
        trust(root(key=key))
    TrustedCertificate.objects.update(status=Status.DISABLED)
    looks = []
    monkeypatch.setattr(ways, "verify", lambda **asked: looks.append(1) or verify(**asked))
    outlook(proposed(server(root(key=key)), code="ISSUER_DISABLED"), now=NOW)
    assert len(looks) <= ways.MOST_WAYS + 1


def test_of_what_was_sent_only_the_path_is_kept():
    top = root()
    middle = intermediate(top)
    leaf = server(middle)
    kept = proposals.presented_of(proposed(leaf, root("Stranger"), top, middle))
    assert kept == [leaf.der, middle.der, top.der]


def test_what_a_root_did_not_sign_does_not_come_in_with_it():
    """A forged authority names the root as its issuer; only a signature that was checked lets it in."""
    top, impostor = root(), root()
    forged = with_sha1(intermediate(impostor), impostor)
    proposal = proposed(server(forged))
    Proposal.objects.update(fetched=forged.der + top.der)
    proposal.refresh_from_db()
    found = outlook(proposal, now=NOW)
    assert [way.role for way in found.ways] == [Role.AUTHORITY, Role.SERVER]
    assert all(way.below == () for way in found.ways)


def test_a_disabled_row_is_switched_on_and_not_imported_again():
    top = root()
    row = trust(top)
    TrustedCertificate.objects.update(status=Status.DISABLED)
    found = outlook(proposed(server(top), code="ISSUER_DISABLED"), now=NOW)
    switch = found.switches[0]
    assert (switch.certificate.pk, switch.enables, switch.adds) == (row.pk, True, frozenset())
    assert switch.outcome.is_ok
    assert [way.role for way in found.ways] == [Role.SERVER]


def test_a_row_with_another_box_gets_both_boxes_that_cisco_recommends():
    top = root()
    row = trust(top)
    row.set_usages(frozenset({Usage.CISCO_SERVICES}))
    row.save()
    found = outlook(proposed(server(top), top, code="ISSUER_WRONG_USAGE"), now=NOW)
    assert found.switches[0].adds == {Usage.INFRASTRUCTURE, Usage.ENDPOINTS}
    assert not found.switches[0].enables


def test_a_row_of_the_same_name_with_another_key_is_no_way():
    trust(root())
    renewed = root()
    found = outlook(proposed(server(renewed), renewed, code="ISSUER_KEY_MISMATCH"), now=NOW)
    assert found.switches == ()
    assert found.ways[0].role is Role.ROOT and found.ways[0].outcome.is_ok


def test_a_proposal_is_for_its_admin_and_for_an_hour():
    kept = proposed(root())
    assert proposals.of_admin(kept.pk, actor="ada", now=NOW).pk == kept.pk
    with pytest.raises(ProposalGone):
        proposals.of_admin(kept.pk, actor="omar", now=NOW)
    with pytest.raises(ProposalGone):
        proposals.of_admin(kept.pk, actor="ada", now=NOW + DAY)
    assert proposals.forget_old(NOW + DAY) == 1


@pytest.mark.parametrize("sent", [(), (b"nothing",), (root().der + b"more",), (b"nothing", root().der)])
def test_a_server_that_sent_nothing_readable_of_its_own_has_no_proposal(sent):
    refused = Refused("smtp", "mail:25", "mail", "infrastructure", "UNKNOWN_ISSUER", list(sent))
    with pytest.raises(NothingSent):
        proposals.propose(refused, actor="ada", now=NOW)


def test_one_admin_keeps_no_more_than_twenty():
    for _ in range(22):
        proposed(root())
    assert Proposal.objects.count() == proposals.MOST_OF_ONE_ADMIN
