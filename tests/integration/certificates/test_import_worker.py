"""Large uploads: requested by the page, stored in chunks, taken up again, and never stored twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from unittest import mock
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from certificates import truststore
from certificates.importing import choosing, uploads, working
from certificates.models import StoreVersion, TrustedCertificate, Upload, UploadState
from certificates.tasks import import_upload
from certificates.truststore import Usage
from console.models import AuditEvent
from deployment.models import Node
from tests.support import people
from tests.support.pages import PART
from tests.support.pki import DAY, Made, intermediate, root, server
from tests.support.uploads import TICKED, send, taken, text_of, upload_at

pytestmark = pytest.mark.django_db
COUNT = 70
BOTH = frozenset({Usage.INFRASTRUCTURE, Usage.ENDPOINTS})


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


@pytest.fixture(scope="module")
def bundle(authority: Made) -> list[Made]:
    return [intermediate(authority, f"CA {number:03}", key=authority.key) for number in range(COUNT)]


@pytest.fixture
def ada() -> Client:
    return people.client_for(people.ada())


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the broker, which is not there in these tests."""
    sent: list[str] = []
    monkeypatch.setattr(
        choosing, "publish", lambda task, argument, queue: sent.append(f"{task} {argument} {queue}")
    )
    return sent


def requested(client: Client, made: Sequence[Made], **boxes: str) -> Upload:
    address = send(client, *made)
    choice = TICKED | boxes | taken(*range(len(made)))
    with mock.patch("django.db.transaction.on_commit", lambda job, robust: job()):
        response = client.post(address, choice)
    assert response.status_code == 302, text_of(response)
    return upload_at(address)


def test_more_than_fifty_wait_for_a_worker_and_the_page_shows_how_far_it_is(
    ada: Client, bundle: list[Made], published: list[str]
) -> None:
    upload = requested(ada, bundle)
    assert upload.state == UploadState.REQUESTED
    assert published == [f"certificates.import_upload {upload.pk} persona.pan"]
    assert not TrustedCertificate.objects.exists()
    address = f"/admin/system/certificates/trusted/import/{upload.pk}/"
    assert "0 of 70 certificates" in text_of(ada.get(address))
    import_upload(str(upload.pk))
    assert TrustedCertificate.objects.count() == COUNT
    state = ada.get(f"{address}state/", headers=PART)
    assert state.status_code == 286 and "70 certificates imported" in state.content.decode()
    assert "CA 069#Testlab Root CA#00001" in text_of(ada.get(address))


def test_every_certificate_is_audited_with_the_admin_and_what_was_confirmed(
    ada: Client, authority: Made, bundle: list[Made], published: list[str], now: datetime
) -> None:
    old = intermediate(authority, "Old CA", not_after=now - DAY)
    upload = requested(ada, [old, *bundle], allow_out_of_date="on")
    request = AuditEvent.objects.get(action="certificate.import_many")
    assert (request.actor, request.after["count"], request.after["confirmed"]) == (
        "ada",
        COUNT + 1,
        ["allow_out_of_date"],
    )
    working.run(upload.pk, clock=lambda: now)
    events = AuditEvent.objects.filter(action="certificate.import")
    assert {event.actor for event in events} == {"ada"} and len(events) == COUNT + 1
    assert [event.target for event in events if "confirmed" in event.after] == [
        "Old CA#Testlab Root CA#00001"
    ]


def test_a_choice_that_needs_a_confirmation_is_refused_before_a_worker_is_asked(
    ada: Client, authority: Made, bundle: list[Made], published: list[str]
) -> None:
    address = send(ada, *bundle, server(authority))
    page = text_of(ada.post(address, TICKED | taken(*range(COUNT + 1))))
    assert "Import the others only" in page and published == []
    assert upload_at(address).state == UploadState.SHOWN


def test_what_is_there_by_then_is_skipped_with_the_reason(
    ada: Client, bundle: list[Made], published: list[str], now: datetime
) -> None:
    upload = requested(ada, bundle)
    truststore.import_certificates(data=bundle[30].pem, usages=BOTH, name="Early", actor="ada", now=now)
    working.run(upload.pk, clock=lambda: now)
    assert TrustedCertificate.objects.count() == COUNT
    page = text_of(ada.get(f"/admin/system/certificates/trusted/import/{upload.pk}/"))
    assert "69 certificates imported" in page and "1 was skipped" in page
    assert "The certificate in block 31 is already there as “Early”." in page


def test_a_renewed_key_inside_one_bundle_asks_for_nothing_that_the_page_did_not_ask(
    ada: Client, authority: Made, bundle: list[Made], published: list[str], now: datetime
) -> None:
    again = intermediate(authority, "CA 000", key=authority.key, not_after=now + 700 * DAY)
    upload = requested(ada, [*bundle, again])
    working.run(upload.pk, clock=lambda: now)
    assert TrustedCertificate.objects.filter(issued_to="CA 000").count() == 2


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_worker_that_dies_in_a_chunk_leaves_whole_chunks_and_the_next_one_goes_on(
    ada: Client, bundle: list[Made], published: list[str], now: datetime
) -> None:
    upload = requested(ada, bundle)
    stored = 0

    def dies(*arguments: object) -> object:
        nonlocal stored
        stored += 1
        if stored == working.CHUNK + 5:
            raise Killed
        return choosing.store_one(*arguments)

    with mock.patch.object(working, "store_one", dies), pytest.raises(Killed):
        working.run(upload.pk, clock=lambda: now)
    upload.refresh_from_db()
    assert (upload.state, upload.done_count) == (UploadState.RUNNING, working.CHUNK)
    assert TrustedCertificate.objects.count() == working.CHUNK == len(upload.results)
    working.run(upload.pk, clock=lambda: now)
    upload.refresh_from_db()
    assert (upload.state, upload.done_count, bytes(upload.data)) == (UploadState.DONE, COUNT, b"")
    assert TrustedCertificate.objects.count() == COUNT == len(upload.results)
    assert AuditEvent.objects.filter(action="certificate.import").count() == COUNT


def listening(now: datetime) -> None:
    Node.objects.create(
        hostname="ise3-1",
        fqdn="ise3-1.testlab.com",
        personas=["pan", "mnt", "psn"],
        registered_at=now,
        heard_at=now,
        worker_heard_at=now,
    )


@pytest.mark.parametrize("state", [UploadState.REQUESTED, UploadState.RUNNING])
def test_an_abandoned_upload_is_sent_again_when_the_worker_listens(
    ada: Client, bundle: list[Made], published: list[str], now: datetime, state: UploadState
) -> None:
    upload = requested(ada, bundle)
    Upload.objects.update(state=state, touched_at=now - timedelta(seconds=9))
    published.clear()
    working.take_up_again(now)
    listening(now)
    working.take_up_again(now)
    assert published == []
    Upload.objects.update(touched_at=now - timedelta(seconds=10))
    working.take_up_again(now)
    assert published == [f"certificates.import_upload {upload.pk} persona.pan"]
    Upload.objects.update(state=UploadState.DONE)
    working.take_up_again(now)
    assert len(published) == 1


def test_without_a_worker_the_page_says_so_after_four_seconds(
    ada: Client, bundle: list[Made], published: list[str], now: datetime
) -> None:
    upload = requested(ada, bundle)
    address = f"/admin/system/certificates/trusted/import/{upload.pk}/state/"
    state = ada.get(address, headers=PART)
    seen = state.context["progress"].seen
    assert "No worker has taken the import up yet" not in state.content.decode()
    assert ada.get(address, {"seen": seen}, headers=PART).status_code == 204
    Upload.objects.update(touched_at=now - timedelta(seconds=5))
    state = ada.get(address, {"seen": seen}, headers=PART)
    assert state.status_code == 200
    assert "No worker has taken the import up yet" in state.content.decode()


def test_a_requested_upload_is_not_deleted_however_long_it_waits(
    ada: Client, bundle: list[Made], published: list[str], now: datetime
) -> None:
    upload = requested(ada, bundle)
    assert uploads.forget_old(now + 3 * DAY) == 0
    assert uploads.of_admin(upload.pk, actor="ada", now=now + 3 * DAY).pk == upload.pk


def test_a_task_for_an_upload_that_is_not_there_does_nothing(now: datetime) -> None:
    version = StoreVersion.current()
    working.run(UUID(int=7), clock=lambda: now)
    assert StoreVersion.current() == version


def test_a_refused_transaction_sends_nothing(
    ada: Client, bundle: list[Made], published: list[str], now: datetime
) -> None:
    address = send(ada, *bundle)
    upload = upload_at(address)
    with pytest.raises(Killed), transaction.atomic():
        choosing.choose(
            upload_id=upload.pk,
            choice=choosing.Choice(taken=tuple(range(COUNT))),
            actor="ada",
            now=now,
        )
        raise Killed
    assert published == []
