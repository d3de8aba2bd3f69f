"""Many browsers at the guest portal at the same moment, on a database file as an installation has it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import Installation, installed

pytestmark = pytest.mark.both_databases

CROWD = """
import json, re
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from django.test import Client
from guests.models import GuestAccount
from notifications.models.outbox import OutgoingMail

def submit(changes):
    data = {"first_name": "Gita", "last_name": "Garg", "email": "gita@guest.example", "company": "",
            "accepts_policy": "on", **changes}
    try:
        answer = Client(HTTP_HOST="localhost").post("/guest/", data, follow=True)
        return [answer.status_code, re.findall(r'class="ip-secret"[^>]*>([^<]+)<', answer.content.decode())]
    finally:
        connection.close()

with ThreadPoolExecutor(12) as pool:
    answers = list(pool.map(submit, CHANGES))
print(json.dumps([answers, GuestAccount.objects.count(), OutgoingMail.objects.count()]))
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as ready:
        yield ready


def crowd(house: Installation, changes: list[dict[str, str]]) -> tuple[list[Any], int, int]:
    """Send one form for each entry at once; return the answers and how many accounts and mails there are."""
    static = "django.contrib.staticfiles.storage.StaticFilesStorage"
    code = f"CHANGES = {changes!r}\n{CROWD}"
    done = house.manage("shell", "-v0", "-c", code, ISE_MAIL_STATIC_STORAGE=static)
    assert done.returncode == 0, done.stderr
    answers, accounts, mails = json.loads(done.stdout)
    return answers, accounts, mails


def test_a_form_sent_twelve_times_at_once_makes_one_account_and_one_mail(house: Installation) -> None:
    answers, accounts, mails = crowd(house, [{"form_token": "a" * 32}] * 12)
    assert (accounts, mails) == (1, 1)
    assert {status for status, _ in answers} == {200}
    assert any(secrets for _, secrets in answers)


def test_forty_forms_at_once_mail_one_address_three_times(house: Installation) -> None:
    changes = [{"form_token": f"{number:032}", "last_name": f"Garg{number}"} for number in range(40)]
    answers, accounts, mails = crowd(house, changes)
    assert (accounts, mails) == (3, 3)
    assert {status for status, _ in answers} == {200}
    assert sum(bool(secrets) for _, secrets in answers) == 3
