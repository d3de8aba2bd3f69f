"""*Fix it here* on the SMTP server page: from a refused test to a trusted authority, and what is refused."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.models import Proposal, Status, TrustedCertificate
from certificates.pki.fingerprints import masked
from certificates.repair import views
from certificates.usages import Usage
from console.models import AuditEvent
from ise_mail.env import Address
from notifications import relay
from notifications.models import ConnectionTest
from notifications.smtp.settings import ServerSettings, TlsMode
from tests.support import people
from tests.support.pki import Made, intermediate, root, server
from tests.support.web import page, web_server

pytestmark = pytest.mark.django_db
TESTS = "/admin/system/settings/proxy/smtp-server/tests/"
BOXES = {"trust_infrastructure": "on", "trust_endpoints": "on"}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ada():
    return people.client_for(people.ada())


def refused_test(now, *sent: Made, code: str = "UNKNOWN_ROOT_SENT", **params: str) -> ConnectionTest:
    """A test that has ended as the probe writes it down."""
    chain = [
        {"source": "presented", "pem": one.pem.decode(), "sha256": one.sha256, "subject": "", "issuer": ""}
        for one in sent
    ]
    spare = {"not_before": None, "not_after": None, "names": [], "key": "", "signature": ""}
    return ConnectionTest.objects.create(
        group="0c9e0000-0000-4000-8000-000000000000",
        node="ise3-1",
        host="mail.testlab.com",
        port=587,
        state="done",
        code=code,
        stage="TRUST",
        params={"root": "Testlab Root CA", "name": "x", **params},
        chain=[one | spare for one in chain],
        requested_by="ada",
        requested_at=now,
        ended_at=now,
    )


def begin(client, test: ConnectionTest) -> str:
    """Press *Fix it here* and return the address of the repair."""
    response = client.post(f"{TESTS}{test.pk}/repair/", **HTMX)
    assert response.status_code == 302
    return str(response["Location"])


def shown(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


def ways(client, address: str) -> list[str]:
    """What stands for each choice: the certificates, the topmost first, and the file at the end."""
    return re.findall(r'name="way" value="([^"]+)"', client.get(address, **HTMX).content.decode())


def test_the_root_is_trusted_once_the_end_of_its_fingerprint_was_typed(ada, now):
    top = root()
    leaf = server(top)
    address = begin(ada, refused_test(now, leaf, top))
    text = ada.get(address, **HTMX).content.decode()
    assert top.sha256[-8:].upper() not in text.upper().replace(":", "")
    assert "BEGIN CERTIFICATE" not in text
    done = ada.post(
        address,
        {
            "way": ways(ada, address)[0],
            "proof": "fingerprint",
            "fingerprint_end": top.sha256[-8:].upper(),
            **BOXES,
        },
        **HTMX,
    )
    assert "is trusted now" in shown(done)
    assert views.TRUSTED in done["HX-Trigger"]
    row = TrustedCertificate.objects.get()
    assert (row.sha256, row.is_enabled, len(row.usages)) == (top.sha256, True, 2)
    repair = AuditEvent.objects.get(action="certificate.repair").after
    assert repair == {
        "for": "mail.testlab.com:587",
        "refused": "UNKNOWN_ROOT_SENT",
        "sha256": top.sha256,
        "proof": "fingerprint",
    }
    assert AuditEvent.objects.filter(action="certificate.import").exists()


def assert_nowhere(client, made: Made) -> None:
    """The end of a fingerprint that is to be compared stands on no page that tells of the repair."""
    for address in ("/admin/system/audit/", "/admin/system/certificates/trust-health/", f"{TESTS[:-6]}"):
        assert made.sha256[-8:] not in client.get(address).content.decode().lower().replace(":", "")


def test_the_panel_of_the_test_hides_the_end_of_what_is_not_trusted(ada, now):
    top = root()
    test = refused_test(now, server(top), top)
    text = ada.get(f"{TESTS}{test.group}/", **HTMX).content.decode()
    assert "Fix it here" in text
    assert top.sha256[:8].upper() in text.replace(":", "")
    assert top.sha256[-8:].upper() not in text.upper().replace(":", "")
    assert "BEGIN CERTIFICATE" not in text


def test_a_wrong_end_imports_nothing_and_is_written_down(ada, now):
    top = root()
    address = begin(ada, refused_test(now, server(top), top))
    wrong = ada.post(
        address,
        {"way": ways(ada, address)[0], "proof": "fingerprint", "fingerprint_end": "00000000", **BOXES},
        **HTMX,
    )
    assert "This is not the end of its fingerprint" in shown(wrong)
    assert not TrustedCertificate.objects.exists()
    assert AuditEvent.objects.get(action="certificate.mismatch").after["sha256"] == masked(top.sha256)
    assert_nowhere(ada, top)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"proof": "fingerprint"}, "Type the last 8 characters"),
        ({"proof": "reason", "reason": "because"}, "at least 10 characters"),
        ({"proof": "reason", "reason": "b e c a u s e  i t"}, "at least 10 characters"),
        ({"proof": "reason", "reason": "\u200b" * 10}, "invisible characters"),
        ({"proof": "reason", "reason": "because\u202eit is so"}, "invisible characters"),
        ({"way": "0", "proof": "reason", "reason": "long enough"}, "has changed since it was shown"),
        ({"way": "", "proof": "reason", "reason": "long enough"}, "Choose whom to trust."),
        ({"way": "FILE"}, "Choose the file."),
        ({"proof": "none"}, "Select a valid choice"),
        ({"trust_infrastructure": ""}, "can be ticked only together with"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(ada, now, values, said):
    top = root()
    address = begin(ada, refused_test(now, server(top), top))
    offered = ways(ada, address)
    if values.get("way") == "FILE":
        values = values | {"way": offered[-1]}
    answer = ada.post(address, {"way": offered[0], **BOXES, **values}, **HTMX)
    assert said in shown(answer)
    assert not TrustedCertificate.objects.exists()


def test_a_reason_takes_the_place_of_a_comparison_and_stands_in_the_audit(ada, now):
    top = root()
    address = begin(ada, refused_test(now, server(top), top))
    ada.post(
        address,
        {"way": ways(ada, address)[0], "proof": "reason", "reason": "lab without owner", **BOXES},
        **HTMX,
    )
    assert TrustedCertificate.objects.get().sha256 == top.sha256
    told = AuditEvent.objects.get(action="certificate.repair").after
    assert (told["proof"], told["reason"]) == ("reason", "lab without owner")


def test_the_file_of_the_authority_is_proof_enough_also_for_a_root_that_was_not_sent(ada, now):
    top = root()
    middle = intermediate(top)
    address = begin(ada, refused_test(now, server(middle), middle, code="UNKNOWN_ISSUER", issuer="x"))
    assert "did not send the certificate of “Testlab Root CA”" in shown(ada.get(address, **HTMX))
    done = ada.post(
        address,
        {"way": ways(ada, address)[-1], "ca_file": SimpleUploadedFile("r.cer", top.der), **BOXES},
        **HTMX,
    )
    assert "is trusted now" in shown(done)
    assert TrustedCertificate.objects.get().sha256 == top.sha256
    assert AuditEvent.objects.get(action="certificate.repair").after["proof"] == "file"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (root("Stranger").pem, "Nothing in this file would end the refusal. It holds: “Stranger”"),
        (root("Stranger").key_pem, "private key"),
        (b"", "The file is empty."),
        (b"hello", "The file holds no certificate."),
    ],
)
def test_a_file_that_does_not_help_is_refused_with_what_it_holds(ada, now, content, said):
    top = root()
    address = begin(ada, refused_test(now, server(top), top))
    answer = ada.post(
        address, {"way": ways(ada, address)[-1], "ca_file": SimpleUploadedFile("r", content), **BOXES}, **HTMX
    )
    assert said in shown(answer)
    assert not TrustedCertificate.objects.exists()


def test_the_certificate_of_the_server_itself_needs_its_confirmation(ada, now):
    leaf = server(root())
    address = begin(ada, refused_test(now, leaf, code="UNKNOWN_ISSUER", issuer="x"))
    values = {"way": ways(ada, address)[0], "proof": "fingerprint", "fingerprint_end": leaf.sha256, **BOXES}
    assert "Tick this, or choose another certificate." in shown(ada.post(address, values, **HTMX))
    done = ada.post(address, values | {"allow_not_ca": "on"}, **HTMX)
    assert "is trusted now" in shown(done)
    assert TrustedCertificate.objects.get().sha256 == leaf.sha256


def test_an_issuer_is_fetched_only_when_asked_for_and_is_not_trusted_by_that(ada, now, settings):
    top = root()
    asked = []

    def answer(request):
        asked.append(request)
        return page(top.der, "Content-Type: application/pkix-cert")

    with web_server(answer) as web:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", web.port)]
        middle = intermediate(top, issuer_url=web.url("/root.cer"))
        leaf = server(middle)
        address = begin(ada, refused_test(now, leaf, middle, code="UNKNOWN_ISSUER", issuer="x"))
        assert web.url("/root.cer") in shown(ada.get(address, **HTMX))
        assert asked == []
        fetched = ada.post(f"{address}fetch/", **HTMX)
    assert len(asked) == 1
    assert "Root · Fetched" in shown(fetched)
    assert not TrustedCertificate.objects.exists()
    assert AuditEvent.objects.get(action="certificate.fetch_issuer").after["sha256"] == masked(top.sha256)
    values = {
        "way": ways(ada, address)[0],
        "proof": "fingerprint",
        "fingerprint_end": top.sha256[-8:],
        **BOXES,
    }
    ada.post(address, values, **HTMX)
    assert TrustedCertificate.objects.get().sha256 == top.sha256


@pytest.mark.parametrize(
    ("body", "said"),
    [(root("Stranger").der, "did not issue the certificate"), (b"<html>", "did not issue the certificate")],
)
def test_what_did_not_issue_the_certificate_is_not_kept(ada, now, settings, body, said):
    with web_server(lambda _: page(body)) as web:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", web.port)]
        leaf = server(root(), issuer_url=web.url("/root.cer"))
        address = begin(ada, refused_test(now, leaf, code="UNKNOWN_ISSUER", issuer="x"))
        answer = ada.post(f"{address}fetch/", **HTMX)
    assert said in shown(answer)
    assert bytes(Proposal.objects.get().fetched) == b""


def test_the_gate_keeps_an_address_inside_from_being_called(ada, now):
    leaf = server(root(), issuer_url="http://169.254.169.254/root.cer")
    address = begin(ada, refused_test(now, leaf, code="UNKNOWN_ISSUER", issuer="x"))
    assert "may not be called from here" in shown(ada.post(f"{address}fetch/", **HTMX))


def test_a_disabled_certificate_is_enabled_by_one_press(ada, now):
    from tests.support.store import trust

    top = root()
    trust(top)
    TrustedCertificate.objects.update(status=Status.DISABLED)
    address = begin(ada, refused_test(now, server(top), code="ISSUER_DISABLED"))
    assert "Enable and test again" in shown(ada.get(address, **HTMX))
    offer = {"offer": offer_on(ada, address)}
    done = ada.post(f"{address}switch/", offer, **HTMX)
    assert views.TRUSTED in done["HX-Trigger"]
    assert TrustedCertificate.objects.get().is_enabled
    assert AuditEvent.objects.filter(action="certificate.repair").exists()
    assert "has changed since it was shown" in shown(ada.post(f"{address}switch/", offer, **HTMX))


def offer_on(client, address: str) -> str:
    """What stands for the trusted certificate that can be switched on."""
    found = re.search(r'name="offer" value="([^"]+)"', client.get(address, **HTMX).content.decode())
    assert found is not None
    return found[1]


def test_a_switch_does_no_more_than_its_button_said(ada, now):
    """The button said Enable; meanwhile another admin has taken the box away that it would tick as well."""
    from tests.support.store import trust

    top = root()
    row = trust(top)
    row.status = Status.DISABLED
    row.save()
    address = begin(ada, refused_test(now, server(top), code="ISSUER_DISABLED"))
    offer = {"offer": offer_on(ada, address)}
    row.set_usages(frozenset({Usage.CISCO_SERVICES}))
    row.save()
    answer = ada.post(f"{address}switch/", offer, **HTMX)
    assert "has changed since it was shown" in shown(answer)
    assert "Enable, tick" in shown(answer)
    row.refresh_from_db()
    assert (row.is_enabled, row.usages) == (False, {Usage.CISCO_SERVICES})


def test_what_was_fetched_meanwhile_takes_nobodys_place(ada, now, settings):
    """In one tab the authority is chosen without comparing; in another its issuer has just been fetched."""
    top = root("Hostile Root")
    with web_server(lambda _: page(top.der)) as web:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", web.port)]
        middle = intermediate(top, issuer_url=web.url("/root.cer"))
        leaf = server(middle)
        address = begin(ada, refused_test(now, leaf, middle, code="UNKNOWN_ISSUER", issuer="x"))
        authority, _, file = ways(ada, address)
        assert "Hostile Root" in shown(ada.post(f"{address}fetch/", **HTMX))
    told = {"proof": "reason", "reason": "read out by phone", **BOXES}
    assert "is trusted now" not in shown(ada.post(address, told | {"way": file}, **HTMX))
    assert not TrustedCertificate.objects.exists()
    assert "is trusted now" in shown(ada.post(address, told | {"way": authority}, **HTMX))
    assert TrustedCertificate.objects.get().sha256 == middle.sha256


def test_what_is_imported_along_is_a_part_of_what_was_chosen(ada, now):
    """Another admin has imported the authority that would have come along: the choice is made anew."""
    from tests.support.store import trust

    top = root()
    middle = intermediate(top)
    address = begin(ada, refused_test(now, server(middle), code="UNKNOWN_ISSUER", issuer="x"))
    Proposal.objects.update(fetched=middle.der + top.der)
    values = {"way": ways(ada, address)[0], "proof": "reason", "reason": "lab without owner", **BOXES}
    row = trust(middle)
    row.set_usages(frozenset({Usage.CISCO_SERVICES}))
    row.save()
    answer = ada.post(address, values, **HTMX)
    assert "has changed since it was shown" in shown(answer)
    assert TrustedCertificate.objects.count() == 1


def test_two_tabs_that_trust_the_same_say_so_in_the_second(ada, now):
    top = root()
    test = refused_test(now, server(top), top)
    values = {"proof": "fingerprint", "fingerprint_end": top.sha256[-8:], **BOXES}
    first, second = (
        (address, values | {"way": ways(ada, address)[0]}) for address in (begin(ada, test), begin(ada, test))
    )
    ada.post(first[0], first[1], **HTMX)
    assert "has changed since it was shown" in shown(ada.post(second[0], second[1], **HTMX))
    assert TrustedCertificate.objects.count() == 1


def test_only_its_admin_sees_a_repair_and_only_one_who_may_import_begins_it(ada, now):
    top = root()
    test = refused_test(now, server(top), top)
    address = begin(ada, test)
    omar = people.client_for(people.omar())
    assert "too old to go on from" in shown(omar.get(address, **HTMX))
    hana = people.client_for(people.hana())
    assert hana.post(f"{TESTS}{test.pk}/repair/").status_code == 403
    assert "Fix it here" not in hana.get(f"{TESTS}{test.group}/", **HTMX).content.decode()
    assert ada.get(address)["Location"] == "/admin/system/settings/proxy/smtp-server/"


@pytest.mark.parametrize("code", ["HOSTNAME_MISMATCH", "BAD_SIGNATURE", "CONNECT_REFUSED", "OK"])
def test_what_no_trusted_certificate_mends_has_no_repair(ada, now, code):
    top = root()
    test = refused_test(now, server(top), top, code=code)
    assert ada.post(f"{TESTS}{test.pk}/repair/").status_code == 404
    assert "Fix it here" not in ada.get(f"{TESTS}{test.group}/", **HTMX).content.decode()


def test_a_real_server_is_believed_after_the_repair(ada, now, settings):
    from tests.support.servercerts import Authority
    from tests.support.smtpd import SmtpServer

    authority = Authority.root()
    with SmtpServer(certificate=authority.issue("127.0.0.1")) as running:
        settings.ISE_MAIL_EGRESS_ALLOW = [Address("127.0.0.1", running.port)]
        tested = ServerSettings("127.0.0.1", port=running.port, tls=TlsMode.STARTTLS)
        ids = relay.request_test(server=tested, nodes=["ise3-1"], actor="ada", now=now)
        relay.run_test(ids[0], now)
        test = ConnectionTest.objects.get(pk=ids[0])
        address = begin(ada, test)
        end = test.chain[-1]["sha256"][-8:]
        values = {
            "way": ways(ada, address)[0],
            "proof": "fingerprint",
            "fingerprint_end": end,
            "allow_not_ca": "on",
            **BOXES,
        }
        assert "is trusted now" in shown(ada.post(address, values, **HTMX))
        again = relay.request_test(server=tested, nodes=["ise3-1"], actor="ada", now=now)
        relay.run_test(again[0], now)
    assert ConnectionTest.objects.get(pk=again[0]).code == "OK"
