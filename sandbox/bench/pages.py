"""A small web client for measuring: it keeps cookies, fills in forms, and weighs a first visit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

TIMEOUT_SECONDS = 30
_ASSETS = {"script": "src", "img": "src", "use": "href", "iframe": "src"}
_LINKS = {"stylesheet", "icon", "preload", "manifest"}
_FONT = re.compile(rb"url\([\"']?([^\"')]+\.woff2)[\"']?\)")


class Unexpected(Exception):
    """A page is not what the measurement needs; the text says which and why."""


@dataclass
class Form:
    """One form with the values that it would send untouched."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Weight:
    """What a first visit transfers, as compressed as the server sends it."""

    bytes: int
    requests: int


class Reader(HTMLParser):
    """Gathers the forms of a page and the files that it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.assets: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one tag adds."""
        values = {name: value or "" for name, value in attrs}
        if tag in _ASSETS and values.get(_ASSETS[tag]):
            self.assets.append(values[_ASSETS[tag]])
        elif tag == "link" and _LINKS & set(values.get("rel", "").split()):
            self.assets.append(values["href"])
        elif tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif self.forms:
            self._note_field(tag, values)

    def _note_field(self, tag: str, values: Mapping[str, str]) -> None:
        sent = self.forms[-1].values
        if tag == "select":
            self._select = values.get("name", "")
        elif tag == "option" and self._select and (self._select not in sent or "selected" in values):
            sent[self._select] = values.get("value", "")
        elif tag == "input" and values.get("name"):
            is_box = values.get("type") in {"checkbox", "radio"}
            if not is_box or "checked" in values:
                sent[values["name"]] = values.get("value", "on" if is_box else "")


class Visitor:
    """Somebody with a browser of his or her own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, values: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Return the final address and the text of a page; raises Unexpected when it is not there."""
        address, content = self._load(path, values)
        return address, content.decode()

    def submit(self, path: str, *, field_name: str, values: Mapping[str, str]) -> tuple[str, str]:
        """Fill in the form of a page that has a field of this name and send it.

        Raises Unexpected when there is no such form.
        """
        address, text = self.open(path)
        return self.send(address, text, field_name=field_name, values=values)

    def send(self, address: str, text: str, *, field_name: str, values: Mapping[str, str]) -> tuple[str, str]:
        """Send the form of a page that is already there; raises Unexpected when it has no such form."""
        for form in Reader(text).forms:
            if field_name in form.values:
                return self.open(urljoin(address, form.action), {**form.values, **values})
        raise Unexpected(f"{address} has no form with {field_name}.")

    def weigh(self, path: str) -> Weight:
        """Return what a first visit of a page transfers: the page, its files, and the fonts they name."""
        address, content = self._load(path, None)
        waiting = [urljoin(address, asset).split("#")[0] for asset in Reader(content.decode()).assets]
        total, seen = len(content), {address}
        while waiting:
            asset = waiting.pop()
            if asset in seen or asset.startswith("data:"):
                continue
            seen.add(asset)
            total += self._transferred(asset)
            if asset.split("?")[0].endswith(".css"):
                fonts = _FONT.findall(self._load(asset, None)[1])
                waiting += [urljoin(asset, font.decode()) for font in fonts]
        return Weight(total, len(seen))

    def _transferred(self, address: str) -> int:
        request = Request(address, headers={"Accept-Encoding": "gzip, br"})  # noqa: S310
        with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return len(answer.read())

    def _load(self, path: str, values: Mapping[str, str] | None) -> tuple[str, bytes]:
        address = urljoin(self._url, path)
        body = urlencode(values).encode() if values is not None else None
        request = Request(address, body, headers={"Referer": address})  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.geturl(), answer.read()
        except OSError as error:
            raise Unexpected(f"{address}: {error}") from error
