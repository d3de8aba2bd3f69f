"""The name of each stage of the SMTP dialogue, and what it found out, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.smtp.errors import Code, Stage

NAMES: Final = {
    Stage.RESOLVE: gettext_lazy("DNS lookup"),
    Stage.CONNECT: gettext_lazy("TCP connection"),
    Stage.GREETING: gettext_lazy("Greeting"),
    Stage.EHLO: gettext_lazy("EHLO"),
    Stage.STARTTLS: gettext_lazy("STARTTLS"),
    Stage.TLS: gettext_lazy("TLS handshake"),
    Stage.TRUST: gettext_lazy("Certificate trust"),
    Stage.EHLO_AGAIN: gettext_lazy("EHLO inside TLS"),
    Stage.AUTH: gettext_lazy("Authentication"),
    Stage.MAIL: gettext_lazy("Sender"),
    Stage.RCPT: gettext_lazy("Recipient"),
    Stage.DATA: gettext_lazy("Message"),
    Stage.QUIT: gettext_lazy("Sign off"),
}

Facts = Mapping[str, str]


def name_of(stage: str) -> str:
    """Return the name of a stage."""
    return str(NAMES[Stage(stage)])


def detail_of(stage: str, facts: Facts) -> str:
    """Return one line about a stage that succeeded."""
    tell = _DETAILS.get(Stage(stage))
    return tell(facts) if tell else facts.get("text", "")


def _resolved(facts: Facts) -> str:
    none = _("none")
    if not facts.get("servers"):
        return _("{host} is an address, no DNS server was asked").format(host=facts.get("host", ""))
    return _("{host}: A {a}, AAAA {aaaa}; DNS servers {servers}").format(
        host=facts.get("host", ""),
        a=facts.get("a") or none,
        aaaa=facts.get("aaaa") or none,
        servers=facts["servers"],
    )


def _connected(facts: Facts) -> str:
    failed = [
        attempt for attempt in facts.get("attempts", "").split(", ") if not attempt.endswith(f"={Code.OK}")
    ]
    accepted = _("{peer} accepted").format(peer=facts.get("peer", ""))
    if not any(failed):
        return accepted
    return _("{peer} accepted, before it in vain: {failed}").format(
        peer=facts.get("peer", ""), failed=", ".join(failed)
    )


def _introduced(facts: Facts) -> str:
    return facts.get("extensions") or _("no extensions")


def _encrypted(facts: Facts) -> str:
    return " · ".join(value for value in (facts.get("version"), facts.get("cipher")) if value)


def _trusted(facts: Facts) -> str:
    return _("The chain ends at “{anchor}”").format(anchor=facts.get("anchor", ""))


def _signed_in(facts: Facts) -> str:
    return _("AUTH {mechanism} as {user} accepted").format(
        mechanism=facts.get("mechanism", ""), user=facts.get("user", "")
    )


def _left(facts: Facts) -> str:
    return facts.get("text") or _("The server closed without a word")


_DETAILS: Final[Mapping[Stage, Callable[[Facts], str]]] = {
    Stage.RESOLVE: _resolved,
    Stage.CONNECT: _connected,
    Stage.EHLO: _introduced,
    Stage.EHLO_AGAIN: _introduced,
    Stage.TLS: _encrypted,
    Stage.TRUST: _trusted,
    Stage.AUTH: _signed_in,
    Stage.QUIT: _left,
}
