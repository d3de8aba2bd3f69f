"""The objects of the audit in the reader's language."""

import pytest
from django.utils import translation

from console import audit_objects


@pytest.mark.parametrize(
    "target",
    [
        "user:ada",
        "user:",
        "portal:self-registered",
        "password policy",
        "guest:0c9e",
        "guest type:Daily (default)",
        "guest email settings",
        "mail 0c9e",
        "SMTP server",
        "checklist",
        "certificate check",
        "1 certificate",
        "12 certificates",
        "Testlab Root CA",
    ],
)
def test_an_object_has_its_own_name_on_an_english_page(target: str) -> None:
    assert audit_objects.in_words(target) == target


def test_an_object_has_a_french_name_on_a_french_page_and_an_unknown_one_keeps_its_own() -> None:
    with translation.override("fr"):
        assert audit_objects.in_words("SMTP server") == "Serveur SMTP"
        assert audit_objects.in_words("mail.testlab.com:587") == "mail.testlab.com:587"
