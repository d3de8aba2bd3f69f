"""Opens a received mail for a person to read: headers, text, HTML with its images inside, attachments."""

import email
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, MIMEPart

from sandbox.mailbox import MailNotFound

_CID = re.compile(r"cid:([^\"'\s>)]+)")


@dataclass(frozen=True)
class Part:
    """An attachment or inline file."""

    number: int
    name: str
    content_type: str
    is_inline: bool
    content: bytes


@dataclass(frozen=True)
class OpenedMail:
    """What the page of a mail shows."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    parts: tuple[Part, ...]

    def part(self, number: int) -> Part:
        """Return one attachment; raises MailNotFound."""
        for part in self.parts:
            if part.number == number:
                return part
        raise MailNotFound(str(number))


def open_mail(message: bytes) -> OpenedMail:
    """Return the readable parts of a mail; what cannot be decoded is shown as far as it can be.

    Images that the HTML names by Content-ID (RFC 2392) stand in it as data, so that it needs no network.
    """
    parsed = email.message_from_bytes(message, _class=EmailMessage, policy=policy.default)
    text_part, html_part = parsed.get_body(("plain",)), parsed.get_body(("html",))
    images = {}
    parts = []
    for number, part in enumerate(leaf for leaf in parsed.walk() if not leaf.is_multipart()):
        if part is text_part or part is html_part:
            continue
        opened = _part(number, part)
        parts.append(opened)
        content_id = str(part.get("Content-ID", "")).strip("<> ")
        if content_id:
            images[content_id] = opened
    return OpenedMail(
        headers=tuple((name, " ".join(str(value).split())) for name, value in parsed.items()),
        text=_words(text_part) if text_part else "",
        html=_with_images(_words(html_part), images) if html_part else "",
        parts=tuple(parts),
    )


def _part(number: int, part: MIMEPart) -> Part:
    payload = part.get_payload(decode=True)
    return Part(
        number=number,
        name=part.get_filename() or f"part-{number}",
        content_type=part.get_content_type(),
        is_inline=part.get_content_disposition() == "inline",
        content=payload if isinstance(payload, bytes) else b"",
    )


def _words(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("latin-1")


def _with_images(html: str, images: Mapping[str, Part]) -> str:
    def address(found: re.Match[str]) -> str:
        image = images.get(found.group(1))
        if image is None or not image.content_type.startswith("image/"):
            return found.group(0)
        return f"data:{image.content_type};base64,{b64encode(image.content).decode()}"

    return _CID.sub(address, html)
