"""From a rendered text and an envelope to the bytes of a message, the same bytes every time."""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache

from notifications.mail.placeholders import one_line

MAX_LINE_OCTETS = 998
MAX_SUBJECT_CHARACTERS = 250
_PLAIN_HEADER = re.compile(r"[ -~]{0,64}")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


class HeaderName(StrEnum):
    """The only header fields a message carries, in their order."""

    FROM = "From"
    TO = "To"
    SUBJECT = "Subject"
    DATE = "Date"
    MESSAGE_ID = "Message-ID"
    AUTO_SUBMITTED = "Auto-Submitted"
    CONTENT_LANGUAGE = "Content-Language"
    MIME_VERSION = "MIME-Version"
    CONTENT_TYPE = "Content-Type"


class MessageMalformed(Exception):
    """A message would break the rules of the wire (RFC 5321 4.5.3.1.6, RFC 5322 2.1.1)."""


@dataclass(frozen=True)
class InlineImage:
    """A PNG that the HTML part shows as `cid:<content_id>`."""

    content_id: str
    file_name: str
    png: bytes


@dataclass(frozen=True)
class Rendered:
    """A mail's text with its values in place."""

    subject: str
    text: str
    html: str
    images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True)
class Letterhead:
    """What the header says besides the subject; `date` is aware, `message_id` comes with its brackets."""

    sender: str
    recipient: str
    date: datetime
    message_id: str
    language: str


def compose(content: Rendered, head: Letterhead) -> bytes:
    """Return the message: text and HTML as alternatives, the images related to the HTML (RFC 2387).

    Date, Message-ID and boundaries come from the arguments, so every call returns the same bytes.
    Raises MessageMalformed.
    """
    mark = hashlib.sha256(head.message_id.encode()).hexdigest()[:24]
    outer, inner = f"=_{mark}_alternative", f"=_{mark}_related"
    html_part = _text_part("html", content.html)
    if content.images:
        parts = [html_part, *(_image_part(image) for image in content.images)]
        html_part = _multipart("related", inner, parts, 'type="text/html"')
    body = _multipart("alternative", outer, [_text_part("plain", content.text), html_part])
    message = _header_block(content.subject, head) + body
    refuse_malformed(message)
    return message


def refuse_malformed(message: bytes) -> None:
    """Raise MessageMalformed on a bare CR or LF, a NUL or a line over 998 octets.

    A bare CR or LF may end the message for another server on its way (SMTP smuggling, CVE-2023-51764).
    """
    if _BARE.search(message):
        raise MessageMalformed("bare CR, bare LF or NUL")
    if any(len(line) > MAX_LINE_OCTETS for line in message.split(b"\r\n")):
        raise MessageMalformed("line too long")


def _header_block(subject: str, head: Letterhead) -> bytes:
    fields = (
        (HeaderName.FROM, head.sender),
        (HeaderName.TO, head.recipient),
        (HeaderName.SUBJECT, _encoded(one_line(subject)[:MAX_SUBJECT_CHARACTERS])),
        (HeaderName.DATE, format_datetime(head.date)),
        (HeaderName.MESSAGE_ID, head.message_id),
        (HeaderName.AUTO_SUBMITTED, "auto-generated"),
        (HeaderName.CONTENT_LANGUAGE, head.language),
        (HeaderName.MIME_VERSION, "1.0"),
    )
    return b"".join(_field(name, value) for name, value in fields)


def _field(name: HeaderName, value: str) -> bytes:
    unfolded = value.replace("\r\n ", "")
    if not unfolded.isascii() or not unfolded.isprintable():
        raise MessageMalformed(f"{name} holds a character that a header cannot carry")
    return f"{name}: {value}\r\n".encode("ascii")


def _encoded(text: str) -> str:
    """Return a header text as it is, or as encoded words (RFC 2047) when it needs or imitates them."""
    if _PLAIN_HEADER.fullmatch(text) and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=HeaderName.SUBJECT).encode(linesep="\r\n")


def _multipart(kind: str, boundary: str, parts: list[bytes], parameter: str = "") -> bytes:
    extra = f" {parameter};" if parameter else ""
    head = f'{HeaderName.CONTENT_TYPE}: multipart/{kind};{extra}\r\n boundary="{boundary}"\r\n\r\n'.encode()
    opening = f"--{boundary}\r\n".encode()
    return head + b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _text_part(kind: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = binascii.b2a_qp(lines.encode(), quotetabs=False, istext=True, header=False)
    head = (
        f"{HeaderName.CONTENT_TYPE}: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + encoded.replace(b"\n", b"\r\n")


@lru_cache(maxsize=16)
def _image_part(image: InlineImage) -> bytes:
    head = (
        f'{HeaderName.CONTENT_TYPE}: image/png; name="{image.file_name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{image.content_id}>\r\n"
        f'Content-Disposition: inline; filename="{image.file_name}"\r\n\r\n'
    )
    return head.encode() + encodebytes(image.png).strip().replace(b"\n", b"\r\n")
