"""What one case of the taxonomy is: certificates, the rows that stand against them, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cryptography import x509

from certificates.pki import ocsp
from certificates.pki.asked import Policy
from certificates.pki.ocsp import OcspStatus
from certificates.pki.status import Question
from certificates.pki.trust import TrustedRow, TrustView
from tests.support.pki import Made, Recipe, make
from tests.support.tls_dialogue import row

HOST = "localhost"
"""A name that every machine resolves to the loopback, where the servers of the tests listen."""
DEFAULT_POLICY = Policy()
ANSWER_URL = "http://ocsp.testlab.com/"


@dataclass(frozen=True)
class Responder:
    """Says what the OCSP answer says that came along in the handshake, or without one the answer it holds."""

    held: bytes | None = None

    def status(self, question: Question) -> OcspStatus:
        """Judge the answer as the product does; there is no network behind it."""
        der = question.staple or self.held
        if der is None:
            return OcspStatus("unreachable", "OCSP_UNREACHABLE", {"url": ANSWER_URL, "why": "No answer."})
        asked = {"certificate": question.certificate, "issuer": question.issuer, "now": question.now}
        judged = ocsp.check_response(der, nonce=None, **asked)  # type: ignore[arg-type]
        return replace(judged, params={"url": ANSWER_URL, **judged.params})


@dataclass(frozen=True)
class Scene:
    """A server with its certificates, and the store it meets.

    `sent` are the certificates above the server's own, None for all but the root. `staple` is the OCSP answer
    that the server brings along. `policy` counts without a connection only. `needs_lenient_server`: the
    standard library will not load these certificates into a server.
    """

    leaf: Made
    rows: tuple[TrustedRow, ...] = ()
    sent: tuple[Made, ...] | None = None
    host: str = HOST
    usage: str = "infrastructure"
    staple: bytes = b""
    asks_ocsp: bool = False
    second_gate: bool = True
    policy: Policy = DEFAULT_POLICY
    needs_lenient_server: bool = False

    @property
    def above(self) -> tuple[Made, ...]:
        """The certificates that are sent above the server's own."""
        return tuple(m for m in self.leaf.above if m.above) if self.sent is None else self.sent

    @property
    def presented(self) -> tuple[bytes, ...]:
        """What the server sends, in DER."""
        return (self.leaf.der, *(made.der for made in self.above))

    @property
    def view(self) -> TrustView:
        """The store as the connection sees it; a responder answers by what comes along in the handshake."""
        ask_within = (lambda seconds: Responder()) if self.asks_ocsp else None
        return TrustView(self.rows, self.usage, 1, self.second_gate, ask_within=ask_within)


@dataclass(frozen=True)
class Case:
    """One row of the taxonomy in one shape, with all that a verdict about it has to say.

    `depth` and `subject` (a common name) are of the certificate at fault. `offline` is the code without a
    connection where docs/decisions/0010 lets it be another one, and `because` says why. `warnings` are the
    codes of the findings beside the code; `offline_warnings` those without a connection, if other ones.
    """

    build: Callable[[], Scene]
    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    depth: int | None = None
    subject: str = ""
    warnings: tuple[str, ...] = ()
    offline: str = ""
    offline_warnings: tuple[str, ...] | None = None
    because: str = ""

    @property
    def name(self) -> str:
        """The name of the case in a report."""
        return f"{self.code}-{self.build.__name__}"


@cache
def scene_of(build: Callable[[], Scene]) -> Scene:
    """The scene of a case; its certificates are made once for all transports."""
    return build()


def common_name(subject: str) -> str:
    """The common name out of a distinguished name as verdicts tell it, or the whole of it."""
    for part in subject.split(","):
        if part.startswith("CN="):
            return part.removeprefix("CN=")
    return subject


def relay(issuer: Made | None, host: str = HOST, **changes: Any) -> Made:
    """A server certificate for the host that the tests connect to."""
    return make(Recipe(**({"name": "mail.testlab.com", "hosts": (host,)} | changes)), issuer)


def trusted(leaf: Made, authority: Made, **changes: Any) -> Scene:
    """The server with its chain, and the authority trusted with both boxes."""
    return Scene(leaf, (row(authority, name=_name(authority)),), **changes)


def raw_extension(oid: str, content: bytes) -> x509.UnrecognizedExtension:
    """An extension whose content is what the test says, well formed or not."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), content)


def _name(made: Made) -> str:
    return common_name(made.certificate.subject.rfc4514_string())
