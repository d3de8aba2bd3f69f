"""The folder of received mails: the relay writes it, the Inbox pages read it."""

import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT_MAILS = 2000
"""The newest mails that stay in the folder; the pages say so."""

PRUNE_EVERY = 100
"""Mails between two looks at the size of the folder."""

_ID = re.compile(r"[0-9A-F]{18}")


class MailNotFound(Exception):
    """No mail with this id is kept."""


@dataclass(frozen=True)
class Receipt:
    """What the relay knows of a mail besides its bytes."""

    id: str
    received_at: float
    peer: str
    tls: str
    user: str
    envelope_from: str
    recipients: tuple[str, ...]
    subject: str
    size: int


def new_id() -> str:
    """Return a queue id: it sorts by time and two in the same microsecond differ."""
    return f"{time.time_ns() // 1000:014X}{secrets.randbelow(65536):04X}"


class Mailbox:
    """Mails in one folder: `<id>.eml` as it came over the wire, `<id>.json` with its receipt.

    The receipt is renamed into place last, so a mail is either listed whole or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stored = 0

    def store(self, *, receipt: Receipt, message: bytes) -> None:
        """Keep one mail durably before the relay says 250.

        Raises OSError when the disk refuses it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write(f"{receipt.id}.eml", message)
        self._write(f"{receipt.id}.json", json.dumps(asdict(receipt)).encode())
        self._stored += 1
        if self._stored % PRUNE_EVERY == 0:
            self.prune()

    def ids(self) -> list[str]:
        """Return the ids of all kept mails, newest first."""
        if not self._folder.is_dir():
            return []
        return sorted((path.stem for path in self._folder.glob("*.json")), reverse=True)

    def receipts(self, mail_ids: Iterable[str]) -> Iterator[Receipt]:
        """Yield the receipts of the mails; one dropped meanwhile is left out."""
        for mail_id in mail_ids:
            with suppress(MailNotFound):
                yield self.receipt(mail_id)

    def receipt(self, mail_id: str) -> Receipt:
        """Return the receipt of one mail.

        Raises MailNotFound.
        """
        fields = json.loads(self._read(mail_id, "json"))
        return Receipt(**{**fields, "recipients": tuple(fields["recipients"])})

    def message(self, mail_id: str) -> bytes:
        """Return the bytes of one mail.

        Raises MailNotFound.
        """
        return self._read(mail_id, "eml")

    def prune(self) -> int:
        """Drop all but the newest mails and return how many went."""
        old = self.ids()[KEPT_MAILS:]
        for mail_id in old:
            for suffix in ("json", "eml"):
                (self._folder / f"{mail_id}.{suffix}").unlink(missing_ok=True)
        return len(old)

    def _read(self, mail_id: str, suffix: str) -> bytes:
        if not _ID.fullmatch(mail_id):
            raise MailNotFound(mail_id)
        try:
            return (self._folder / f"{mail_id}.{suffix}").read_bytes()
        except FileNotFoundError:
            raise MailNotFound(mail_id) from None

    def _write(self, name: str, content: bytes) -> None:
        partial = self._folder / f".{name}.part"
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._folder / name)
