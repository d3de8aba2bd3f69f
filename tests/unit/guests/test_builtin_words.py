"""Built-in guest types are named in the reader's language, and what an administrator wrote is left alone."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from console import audit_objects
from guests import builtin
from guests.admin_forms import GuestTypeForm
from guests.models import GuestType

FRENCH = {
    "Daily": "Journalier",
    "%(name)s (default)": "%(name)s (par défaut)",
    "Default settings allow network access for just 1-5 days.": "De 1 à 5 jours.",
    "guest type:%(name)s": "type d'invité : %(name)s",
}


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The French page, with known words for what these tests look at."""
    words = trans_real.translation("fr")._catalog._catalogs[0]  # type: ignore[attr-defined]
    for english, known in FRENCH.items():
        monkeypatch.setitem(words, english, known)
    with translation.override("fr"):
        yield


def test_a_built_in_type_has_ises_name_on_an_english_page() -> None:
    daily = GuestType(name="Daily (default)", description=builtin.GUEST_TYPES[builtin.DAILY]["description"])
    assert (daily.label, daily.short_label) == ("Daily (default)", "Daily")
    assert daily.description_in_words == "Default settings allow network access for just 1-5 days."


@pytest.mark.usefixtures("french")
def test_a_built_in_type_is_named_and_described_in_french_on_a_french_page() -> None:
    daily = GuestType(name="Daily (default)", description=builtin.GUEST_TYPES[builtin.DAILY]["description"])
    assert (daily.label, daily.short_label) == ("Journalier (par défaut)", "Journalier")
    assert daily.description_in_words == "De 1 à 5 jours."
    assert audit_objects.in_words("guest type:Daily (default)") == "type d'invité : Journalier (par défaut)"


@pytest.mark.usefixtures("french")
def test_saving_a_type_on_a_french_page_leaves_its_built_in_description_alone() -> None:
    built_in = builtin.GUEST_TYPES[builtin.DAILY]["description"]
    form = GuestTypeForm(instance=GuestType(name="Daily (default)", description=built_in))
    assert form["description"].value() == "De 1 à 5 jours."
    form.cleaned_data = {"description": "De 1 à 5 jours."}
    assert form.clean_description() == built_in
    form.cleaned_data = {"description": "Un jour."}
    assert form.clean_description() == "Un jour."


@pytest.mark.usefixtures("french")
def test_what_an_administrator_wrote_is_shown_as_it_is() -> None:
    changed = GuestType(name="Daily (default)", description="Daily")
    assert changed.description_in_words == "Daily"
    own = GuestType(name="Press (default)", description="")
    assert (own.label, own.short_label, own.description_in_words) == ("Press (default)", "Press", "")
