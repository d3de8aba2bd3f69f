"""Alarms about trusted certificates: raised once, mailed once, cleared when the cause is gone."""

from datetime import datetime, timedelta

import pytest

from alarms import letters, preferences, watch
from alarms.models import Alarm
from alarms.preferences import Preference
from certificates import truststore
from certificates.usages import Usage
from notifications import categories, outbox
from notifications.models.outbox import OutgoingMail
from tests.support import people, pki

pytestmark = pytest.mark.django_db
EXPIRATION, EXPIRED = "certificate-expiration", "certificate-expired"


def trust(name: str, *, days_left: float, now: datetime) -> int:
    """Import a root that ends in so many days; return its id."""
    made = pki.root(name, not_before=now - timedelta(days=400), not_after=now + timedelta(days=days_left))
    result = truststore.import_certificates(
        data=made.pem,
        usages=frozenset({Usage.INFRASTRUCTURE}),
        name=name,
        accept_warnings=True,
        actor="ada",
        now=now,
    )
    return result.certificates[0].id


def look(now: datetime) -> None:
    for code in (EXPIRATION, EXPIRED):
        watch.look(code, now)


def active() -> list[tuple[str, str]]:
    return sorted(Alarm.objects.active().values_list("rule", "subject_name"))


def mailed_to() -> list[str]:
    return sorted(OutgoingMail.objects.filter(category=categories.ALARM).values_list("recipient", flat=True))


def test_a_certificate_that_ends_within_the_threshold_raises_one_alarm(now: datetime) -> None:
    trust("Soon", days_left=20, now=now)
    trust("Later", days_left=200, now=now)
    look(now)
    assert active() == [(EXPIRATION, "Soon")]
    assert Alarm.objects.get().severity == "warning"


def test_a_certificate_that_has_ended_is_critical_and_no_longer_expiring(now: datetime) -> None:
    trust("Old", days_left=1, now=now)
    look(now)
    look(now + timedelta(days=2))
    assert active() == [(EXPIRED, "Old")]
    assert Alarm.objects.get(rule=EXPIRATION).cleared_at == now + timedelta(days=2)
    assert Alarm.objects.get(rule=EXPIRED).severity == "critical"


def test_every_admin_who_asked_is_mailed_once_however_often_the_watch_looks(now: datetime) -> None:
    people.ada()
    people.omar()
    trust("Soon", days_left=20, now=now)
    for minutes in range(5):
        look(now + timedelta(minutes=minutes))
    assert mailed_to() == ["ada@testlab.com"]
    mail = OutgoingMail.objects.get()
    assert (mail.persona, mail.from_header) == ("mnt", "ise@ise3-1.testlab.com")


def test_the_alarms_own_addresses_are_mailed_too_and_nobody_twice(now: datetime) -> None:
    people.ada()
    addresses = ("noc@testlab.com", "ADA@testlab.com")
    preferences.save({EXPIRATION: Preference(True, 30, addresses)}, actor="ada", now=now)
    trust("Soon", days_left=20, now=now)
    look(now)
    assert mailed_to() == ["ada@testlab.com", "noc@testlab.com"]


def test_another_threshold_mails_again_and_the_same_one_does_not(now: datetime) -> None:
    people.ada()
    trust("Soon", days_left=20, now=now)
    look(now)
    preferences.save({EXPIRATION: Preference(True, 30)}, actor="ada", now=now)
    look(now)
    look(now)
    assert len(mailed_to()) == 2
    preferences.save({EXPIRATION: Preference(True, 90)}, actor="ada", now=now)
    look(now)
    assert len(mailed_to()) == 2


def test_an_alarm_that_nobody_could_be_told_of_is_mailed_to_the_first_who_asks(now: datetime) -> None:
    trust("Soon", days_left=20, now=now)
    look(now)
    assert mailed_to() == []
    people.ada()
    look(now)
    assert mailed_to() == ["ada@testlab.com"]


def test_a_certificate_that_is_deleted_or_disabled_clears_its_alarm(now: datetime) -> None:
    first = trust("First", days_left=20, now=now)
    second = trust("Second", days_left=20, now=now)
    look(now)
    truststore.delete(certificate_id=first, actor="ada", now=now)
    change = truststore.Change("Second", "", truststore.Status.DISABLED, frozenset({Usage.INFRASTRUCTURE}))
    truststore.edit(certificate_id=second, change=change, actor="ada", now=now)
    look(now + timedelta(minutes=1))
    assert active() == []
    assert set(Alarm.objects.values_list("cleared_at", flat=True)) == {now + timedelta(minutes=1)}


def test_a_certificate_that_comes_back_raises_a_new_alarm_but_no_second_mail(now: datetime) -> None:
    people.ada()
    made = pki.root("Back", not_after=now + timedelta(days=20))
    for _ in range(2):
        result = truststore.import_certificates(
            data=made.pem,
            usages=frozenset({Usage.INFRASTRUCTURE}),
            accept_warnings=True,
            actor="ada",
            now=now,
        )
        look(now)
        truststore.delete(certificate_id=result.certificates[0].id, actor="ada", now=now)
        look(now)
    assert Alarm.objects.cleared().count() == 2
    assert mailed_to() == ["ada@testlab.com"]


def test_an_alarm_that_stays_is_counted_once_a_day(now: datetime) -> None:
    trust("Soon", days_left=20, now=now)
    for hours in (0, 1, 23, 24, 25, 49):
        look(now + timedelta(hours=hours))
    alarm = Alarm.objects.get()
    assert (alarm.occurrences, alarm.last_at) == (3, now + timedelta(hours=49))


def test_an_alarm_that_is_off_raises_nothing_and_clears_what_it_raised(now: datetime) -> None:
    people.ada()
    trust("Soon", days_left=20, now=now)
    look(now)
    preferences.save({EXPIRATION: Preference(False, 90)}, actor="ada", now=now)
    look(now + timedelta(minutes=1))
    assert active() == []


def test_a_mail_is_wanted_as_long_as_its_alarm_is_there(now: datetime) -> None:
    people.ada()
    only = trust("Soon", days_left=20, now=now)
    look(now)
    reference = OutgoingMail.objects.get().reference
    assert letters.is_still_active(reference)
    truststore.delete(certificate_id=only, actor="ada", now=now)
    look(now)
    assert not letters.is_still_active(reference)


def test_an_alarm_mail_that_dies_raises_no_alarm(now: datetime) -> None:
    people.ada()
    trust("Soon", days_left=20, now=now)
    look(now)
    OutgoingMail.objects.update(state=outbox.State.DEAD)
    look(now + timedelta(minutes=1))
    assert Alarm.objects.count() == OutgoingMail.objects.count() == 1


def test_an_address_that_cannot_be_mailed_keeps_nobody_else_from_the_mail(now: datetime) -> None:
    people.ada()
    preferences.save({EXPIRATION: Preference(True, 90, ("not an address",))}, actor="ada", now=now)
    trust("Soon", days_left=20, now=now)
    look(now)
    assert mailed_to() == ["ada@testlab.com"]


def test_each_recipient_reads_the_alarm_in_their_own_language(now: datetime) -> None:
    user = people.ada()
    user.language = "fr"
    user.save()
    preferences.save({EXPIRATION: Preference(True, 90, ("noc@testlab.com",))}, actor="ada", now=now)
    trust("Soon", days_left=20, now=now)
    look(now)
    languages = dict(OutgoingMail.objects.values_list("recipient", "language"))
    assert languages == {"ada@testlab.com": "fr", "noc@testlab.com": "en"}
