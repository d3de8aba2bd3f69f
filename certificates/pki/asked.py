"""The question that a chain has to answer, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certificates.pki.status import StatusSource
from certificates.pki.trust import TrustView


class Purpose(StrEnum):
    """What the certificate at the bottom of the chain is used for."""

    SERVER = "server"
    CLIENT = "client"
    ANY = "any"


class ListUse(StrEnum):
    """Which certificates are checked against lists that were handed over, besides those with a rule."""

    WHERE_GIVEN = "where given"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True)
class Policy:
    """The rules of a verification; the defaults are those of every connection that the product makes.

    `most_authorities` limits the certificates between the first one and its anchor, None as OpenSSL does.
    """

    purpose: Purpose = Purpose.SERVER
    list_use: ListUse = ListUse.WHERE_GIVEN
    most_authorities: int | None = None


@dataclass(frozen=True)
class Asked:
    """Which host, trusted by which rows, at which moment, checked how.

    An empty `host` compares no name. `lists` are revocation lists in DER that count besides those of the
    rows; without `status` no responder is asked, and nothing is said about its rules.
    """

    host: str
    view: TrustView
    now: datetime
    policy: Policy = Policy()
    lists: tuple[bytes, ...] = ()
    status: StatusSource | None = None
