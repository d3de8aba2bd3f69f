"""The French console: every message is there, translated, and compiled."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "locale/fr/LC_MESSAGES/django.po"
SOURCES = [
    "accounts",
    "alarms",
    "certificates",
    "console",
    "deployment",
    "guests",
    "ise_mail",
    "notifications",
]
SOURCES += ["sandbox", "templates"]


@pytest.fixture(scope="module")
def catalog() -> polib.POFile:
    """The committed French messages."""
    return polib.pofile(str(CATALOG))


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The messages that the sources hold now."""
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is not installed (package gettext), so the sources cannot be searched")
    tree = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "locale").mkdir()
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--locale",
        "fr",
        "--no-location",
        "--verbosity",
        "0",
    ]
    environment = {"PATH": "/usr/bin:/bin"}
    subprocess.run(command, cwd=tree, env=environment, check=True)
    return polib.pofile(str(tree / "locale/fr/LC_MESSAGES/django.po"))


def key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


def test_no_french_message_is_missing(catalog: polib.POFile, collected: polib.POFile) -> None:
    known = {key(entry) for entry in catalog}

    assert sorted(str(key(entry)) for entry in collected if key(entry) not in known) == []


def test_no_french_message_is_left_over(catalog: polib.POFile, collected: polib.POFile) -> None:
    used = {key(entry) for entry in collected}

    assert sorted(str(key(entry)) for entry in catalog if key(entry) not in used) == []
    assert catalog.obsolete_entries() == []


def test_no_french_message_is_empty_or_fuzzy(catalog: polib.POFile) -> None:
    assert [entry.msgid for entry in catalog if entry.fuzzy or not entry.translated()] == []


def test_every_placeholder_is_kept_in_french(catalog: polib.POFile) -> None:

    pattern = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = []
    for entry in catalog:
        wanted = set(pattern.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if set(pattern.findall(text)) != wanted:
                wrong.append(entry.msgid)
    assert wrong == []


def test_the_compiled_catalog_is_the_written_one(catalog: polib.POFile) -> None:
    compiled = polib.mofile(str(CATALOG.with_suffix(".mo")))

    assert {(key(e), e.msgstr, str(e.msgstr_plural)) for e in compiled} == {
        (key(e), e.msgstr, str(e.msgstr_plural)) for e in catalog
    }
