"""Who relies on a trusted certificate: upper floors register, the pages ask before they take one away."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Ask = Callable[[str], Iterable[str]]
_registered: dict[str, Ask] = {}


def register_dependent(name: str, ask: Ask) -> None:
    """Let an app say what of its own uses a certificate.

    `ask` gets a SHA-256 fingerprint in lower-case hexadecimal and answers short names, such as
    `SMTP server mail.testlab.com`.
    """
    _registered[name] = ask


def told_of(fingerprint: str) -> tuple[str, ...]:
    """Return what the apps know to use the certificate, in the order of registration."""
    return tuple(str(answer) for ask in _registered.values() for answer in ask(fingerprint))
