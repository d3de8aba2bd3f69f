"""The Inbox as its pages see it: one page of receipts, and one mail opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.paginator import Page, Paginator

from sandbox.mailbox import Mailbox, Receipt
from sandbox.message import OpenedMail, open_mail

MAILS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One mail in the list."""

    receipt: Receipt
    received_at: datetime


@dataclass(frozen=True)
class InboxPage:
    """A page of the list; `newest_id` says whether anything came since."""

    page: Page[str]
    rows: Sequence[Row]
    newest_id: str


def inbox_page(mailbox: Mailbox, *, number: str) -> InboxPage:
    """Return one page of mails, newest first; a number out of range gives the nearest page."""
    ids = mailbox.ids()
    page = Paginator(ids, MAILS_ON_A_PAGE).get_page(number)
    rows = [row(receipt) for receipt in mailbox.receipts(page.object_list)]
    return InboxPage(page, rows, ids[0] if ids else "")


def opened(mailbox: Mailbox, mail_id: str) -> tuple[Row, OpenedMail]:
    """Return one mail with its receipt; raises MailNotFound."""
    return row(mailbox.receipt(mail_id)), open_mail(mailbox.message(mail_id))


def row(receipt: Receipt) -> Row:
    """Return a receipt with its time as a date."""
    return Row(receipt, datetime.fromtimestamp(receipt.received_at, UTC))
