"""A real Chromium for the browser tests: signed-in visitors, accessibility, and no fault on any page."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.utils.translation import override
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    sync_playwright,
)

from accounts.models import User
from accounts.portals import Portal
from tests.support import people

WIDE = (1440, 900)
PHONE = (390, 844)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = Path(__file__).parents[1] / "browser" / "axe.min.js"
_RUN_AXE = """async (rules) => {
  const ends = (one) => one.effect.getComputedTiming().iterations !== Infinity;
  const moving = document.getAnimations().filter(ends);
  await Promise.allSettled(moving.map((one) => one.finished));
  const result = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return result.violations.flatMap(({id, nodes}) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`));
}"""
_SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((element) => element.checkVisibility({visibilityProperty: true}))
  .filter((element) => !element.closest("p, .im-kv dd"))
  .map((element) => [element, /checkbox|radio/.test(element.type) ? element.labels[0] ?? element : element])
  .map(([element, target]) => [element, target.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < 23.5 || box.width < 23.5))
  .map(([element, box]) => `${element.outerHTML.slice(0, 120)}: ${box.width} x ${box.height}`)"""


@dataclass
class Visitor:
    """Somebody in front of one browser window; `faults` gathers what a page must never do."""

    page: Page
    context: BrowserContext
    base_url: str
    faults: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def open(self, path: str, *, status: int = 200) -> Response:
        """Go to a path and return the answer; its status must be the one expected."""
        if status >= 400:
            self.allow(f"status of {status}")
        response = self.page.goto(self.base_url + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}\n{self.page.inner_text('body')[:2000]}"
        return response

    def allow(self, pattern: str) -> None:
        """Expect console errors that match a pattern, such as that of a page answered with 404 on purpose."""
        self._allowed.append(pattern)

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong, one line for each element."""
        session = self.context.new_cdp_session(self.page)
        # The policy of the page forbids a script tag; the debugger is not bound by it.
        session.send("Runtime.evaluate", {"expression": _AXE.read_text(encoding="utf-8")})
        found: list[str] = self.page.evaluate(_RUN_AXE, RULES)
        return found

    def overflow(self) -> int:
        """Return by how many pixels the page scrolls sideways."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )

    def small_targets(self) -> list[str]:
        """Return what can be pressed but is under 24 x 24 pixels (WCAG 2.2, 2.5.8), running text apart."""
        found: list[str] = self.page.evaluate(_SMALL_TARGETS)
        return found

    def note(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning of the console; each breach of the content policy is one."""
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: {message.text}")

    def unexpected(self) -> list[str]:
        """Return the faults that no `allow` covers."""
        return [fault for fault in self.faults if not any(re.search(known, fault) for known in self._allowed)]


def find_chromium(playwright: Playwright) -> str | None:
    """Return the path of a Chromium: ISE_MAIL_CHROMIUM, the system's own, or the one Playwright fetched."""
    named = os.environ.get("ISE_MAIL_CHROMIUM")
    for name in (named, "chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name) if name else None
        if path:
            return path
    fetched = playwright.chromium.executable_path
    return fetched if Path(fetched).is_file() else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the run; without one the test is skipped, or fails under ISE_MAIL_NEED_BROWSER."""
    # Playwright's loop runs in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            reason = "No Chromium found (Debian: apt install chromium; or: playwright install chromium)"
            if os.environ.get("ISE_MAIL_NEED_BROWSER"):
                pytest.fail(reason)
            pytest.skip(reason)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Callable[..., Visitor]]:
    """Open windows onto the running application; at the end no page may have had a fault.

    `visit(user, portal=…, size=PHONE, scheme="dark", language="fr")`; without a user nobody is signed in.
    """
    settings.ALLOWED_HOSTS = ["*"]
    visitors: list[Visitor] = []

    def open_window(
        user: User | None = None,
        *,
        portal: Portal | None = None,
        size: tuple[int, int] = WIDE,
        scheme: Literal["light", "dark"] = "light",
        language: str = "en",
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=language
        )
        context.add_cookies(_cookies(user, portal, language, live_server.url))
        visitor = Visitor(context.new_page(), context, live_server.url)
        visitor.page.on("console", visitor.note)
        visitor.page.on("pageerror", lambda error: visitor.faults.append(f"{visitor.page.url}: {error}"))
        visitors.append(visitor)
        return visitor

    yield open_window
    faults = [fault for visitor in visitors for fault in visitor.unexpected()]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, "\n".join(faults)


def _cookies(user: User | None, portal: Portal | None, language: str, url: str) -> list[Any]:
    with override(language):
        values = people.client_for(user, portal=portal).cookies if user else {}
    named = {name: morsel.value for name, morsel in values.items()}
    named[settings.LANGUAGE_COOKIE_NAME] = language
    return [{"name": name, "value": value, "url": url} for name, value in named.items()]
