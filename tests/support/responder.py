"""An OCSP responder to put behind a web server: it answers truly unless the test makes it lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.x509 import ocsp

from tests.support.pki import Made
from tests.support.revocation import answer
from tests.support.web import Request, page


class Responder:
    """Answers about the certificates it knows; `lies` change every answer (see `revocation.AnswerRecipe`)."""

    def __init__(self, issuer: Made, known: Sequence[Made], signer: Made | None = None) -> None:
        self.issuer = issuer
        self.signer = signer
        self.known = {made.certificate.serial_number: made.certificate for made in known}
        self.status = ocsp.OCSPCertStatus.GOOD
        self.lies: dict[str, Any] = {}
        self.echoes = True
        self.asked: list[ocsp.OCSPRequest] = []

    def __call__(self, request: Request) -> bytes:
        assert request.method == "POST"
        assert request.headers["content-type"] == "application/ocsp-request"
        asked = ocsp.load_der_ocsp_request(request.body)
        self.asked.append(asked)
        about = self.lies.get("about") or self.known[asked.serial_number]
        lies = {name: value for name, value in self.lies.items() if name != "about"}
        values = {"status": self.status, "nonce": _nonce_of(asked) if self.echoes else None} | lies
        return page(
            answer(about, self.issuer, self.signer, **values), "Content-Type: application/ocsp-response"
        )


def _nonce_of(asked: ocsp.OCSPRequest) -> bytes | None:
    try:
        return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None
