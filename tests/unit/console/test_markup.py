"""What no template of ours may hold, and that the icons and vendored files are what they claim to be."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    # A mail is no page: its clients know no style sheet.
    if "mail" not in path.relative_to(ROOT / "templates").parts
)
APPS = [path.parent for path in ROOT.glob("*/apps.py")]
OURS = [path for folder in ("console", "portal") for path in sorted((ROOT / "static" / folder).iterdir())]
STYLES = [path for path in OURS if path.suffix == ".css"]
SCRIPTS = [path for path in OURS if path.suffix == ".js"]
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an htmx handler or expression": re.compile(r"hx-on|[\"']\s*js:|javascript:", re.IGNORECASE),
    "a filtered htmx trigger": re.compile(r"hx-trigger=\"[^\"]*\["),
    "an address of another site": re.compile(r"(src|href)=\"(https?:)?//", re.IGNORECASE),
}
ICON_TAG = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")
ICON_ARGUMENT = re.compile(r"""\bicon=["']([^"']+)["']""")


def words() -> set[str]:
    lines = (ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_template_breaks_the_content_security_policy(fault: str) -> None:
    pattern = FORBIDDEN[fault]
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0).strip()[:80]}"
        for path in TEMPLATES
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert TEMPLATES
    assert found == [], f"{fault} in {found}"


def test_no_form_gives_a_field_a_style_or_a_handler() -> None:
    pattern = re.compile(r"""["'](style|on[a-z]+|hx-on[^"']*)["']\s*:""")
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for app in APPS
        for path in app.rglob("*form*.py")
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_that_is_asked_for_is_in_the_word_list() -> None:
    asked = {
        (name, str(path.relative_to(ROOT)))
        for path in TEMPLATES
        for name in ICON_TAG.findall(path.read_text(encoding="utf-8"))
    }
    asked |= {
        (name, str(path.relative_to(ROOT)))
        for app in APPS
        for path in app.glob("*.py")
        for name in ICON_ARGUMENT.findall(path.read_text(encoding="utf-8"))
    }
    assert sorted((name, path) for name, path in asked if name not in words()) == []


def test_the_sprite_holds_exactly_the_word_list() -> None:
    sprite = (ROOT / "static" / "vendor" / "tabler" / "icons.svg").read_text(encoding="utf-8")
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == words()


def test_every_vendored_file_has_the_hash_that_was_noted() -> None:
    lines = (ROOT / "static" / "vendor" / "VERSIONS").read_text(encoding="utf-8").splitlines()
    noted = {path: digest for digest, path in (line.split() for line in lines if not line.startswith("#"))}
    present = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "static" / "vendor").rglob("*")
        if path.is_file() and path.name != "VERSIONS"
    } | {"tests/browser/axe.min.js"}
    assert set(noted) == present
    for path, digest in noted.items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, path


def test_no_vendored_file_names_a_source_map_that_is_not_there() -> None:
    vendored = (ROOT / "static" / "vendor").rglob("*.min.*")
    assert [path.name for path in vendored if b"sourceMappingURL" in path.read_bytes()] == []


@pytest.mark.parametrize("path", STYLES + SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_style_sheets_and_scripts_stay_small_and_open_with_a_sentence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # The guest page may take four requests in all, so that its style sheet is one file.
    assert len(text.splitlines()) <= (550 if path.name == "portal.css" else 250)
    assert text.startswith("/* ")


def test_the_portal_style_sheet_stays_under_eight_kilobytes() -> None:
    assert (ROOT / "static" / "portal" / "portal.css").stat().st_size <= 8 * 1024


def test_every_style_sheet_of_the_console_is_linked() -> None:
    linked = (ROOT / "templates" / "console" / "_styles.html").read_text(encoding="utf-8")
    sheets = [path.name for path in STYLES if path.parent.name == "console"]
    assert [name for name in sheets if f"console/{name}" not in linked] == []
