"""What Cisco's document says: its tests exist, and what only a table shows is looked up here."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from console import menu
from deployment.personas import Persona
from notifications import categories, words

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"F": "functional", "I": "integration", "B": "browser", "U": "unit"}
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", (ROOT / "docs/parity.md").read_text(), re.MULTILINE)

PATHS = {
    "administration/system/settings/proxy/smtp-server": "/admin/system/settings/proxy/smtp-server/",
    "administration/system/certificates/trusted": "/admin/system/certificates/trusted/",
    "work-centers/guest-access/settings/guest-email": "/work-centers/guest-access/settings/guest-email/",
    "work-centers/guest-access/portals/guest-portals/self-registered/customization/notifications/email": (
        "/work-centers/guest-access/portals/self-registered/customization/notifications/email/"
    ),
}

FRENCH = {
    "OK": "Connexion réussie au serveur SMTP",
    "UNKNOWN_ISSUER": (
        "Impossible de se connecter au serveur SMTP, erreur SSL. "
        "Veuillez vérifier les certificats de confiance"
    ),
    "AUTH_REJECTED": (
        "Échec de l'authentification : Impossible de se connecter au serveur SMTP, "
        "le nom d'utilisateur ou le mot de passe est incorrect"
    ),
    "CONNECT_REFUSED": "Échec de la connexion au serveur SMTP",
}


def test_the_statements_are_numbered_without_a_gap() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) > 60


@pytest.mark.parametrize(("number", "text", "held_by"), ROWS)
def test_the_test_that_holds_a_statement_exists(number: str, text: str, held_by: str) -> None:
    if held_by == "not yet":
        return
    letter, path, name = re.fullmatch(r"`([FIBU])/(.+\.py)::(\w+)`", held_by).groups()
    source = (ROOT / "tests" / FOLDERS[letter] / path).read_text()

    assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{number}: {text}"


def test_the_menu_paths_of_the_document_lead_to_their_pages() -> None:
    names = {place.path: place.url_name for place in menu.places()}

    assert {path: reverse(names[path]) for path in PATHS} == PATHS


def test_the_table_of_senders_is_the_documents() -> None:
    senders = {
        name: categories.category(name).persona
        for name in (
            categories.GUEST_EXPIRY,
            categories.ALARM,
            categories.GUEST_CREDENTIALS,
            categories.PASSWORD_EXPIRY,
        )
    }

    assert senders == {
        categories.GUEST_EXPIRY: Persona.PAN,
        categories.ALARM: Persona.MNT,
        categories.GUEST_CREDENTIALS: Persona.PSN,
        categories.PASSWORD_EXPIRY: Persona.PAN,
    }


@pytest.mark.parametrize(("code", "sentence"), FRENCH.items())
def test_the_four_sentences_are_the_documents_in_french(code: str, sentence: str) -> None:
    with translation.override("fr"):
        headline = str(words.text_of(code, {}).headline)

    assert headline.replace("\xa0", " ") == sentence
