"""The audit chain."""

from datetime import datetime

import pytest
from django.db import transaction

from console import audit
from console.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db(transaction=True)


def write(now: datetime, *actions: str) -> list[AuditEvent]:
    events = []
    for action in actions:
        with transaction.atomic():
            events.append(
                audit.record(actor="ada", action=action, target="relay", after={"port": 587}, now=now)
            )
    return events


def test_an_untouched_chain_holds(now: datetime) -> None:
    write(now, "smtp.save", "certificate.import", "smtp.save")

    assert audit.first_break() is None


def test_an_altered_row_breaks_the_chain_at_that_row(now: datetime) -> None:
    _, second, _ = write(now, "a", "b", "c")
    AuditEvent.objects.filter(pk=second.pk).update(after={"port": 25})

    assert audit.first_break() == second


def test_a_deleted_row_breaks_the_chain_at_the_next(now: datetime) -> None:
    _, second, third = write(now, "a", "b", "c")
    AuditEvent.objects.filter(pk=second.pk).delete()

    assert audit.first_break() == third


def test_rows_cut_off_at_the_end_show(now: datetime) -> None:
    _, second, third = write(now, "a", "b", "c")
    AuditEvent.objects.filter(pk=third.pk).delete()

    assert audit.first_break() == second


def test_when_every_row_is_gone_the_remembered_end_still_tells(now: datetime) -> None:
    write(now, "a")
    AuditEvent.objects.all().delete()

    assert not audit.is_whole()


def test_a_change_that_is_rolled_back_leaves_no_row(now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(actor="ada", action="a", target="relay", now=now)
        _ = 1 / 0

    assert not AuditEvent.objects.exists()
    assert not AuditHead.objects.exists()


def test_an_event_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(RuntimeError):
        audit.record(actor="ada", action="a", target="relay", now=now)
