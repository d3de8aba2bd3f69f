"""Cause and remedy of everything that revocation lists and OCSP answers are refused for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.revocation.fetch_words import FETCHING

_CRL_URL: Final = _(
    "Check “CRL distribution URL” of the trusted certificate of the authority, and ask its administrator."
)
_CA_ADMIN: Final = _("Ask the administrator of the authority for a complete and sound list.")
_RESTARTED: Final = _(
    "Ask the administrator of the authority why an old list is served. If the authority was set up anew, "
    "turn off “Download CRL” of its trusted certificate, save, and turn it on again after a minute."
)
_RESPONDER: Final = _(
    "Check the addresses in OCSP client profiles, and ask the administrator of the responder. "
    "“Reject the request if OCSP responder is unreachable” of the trusted certificate decides "
    "whether the connection goes on without an answer."
)

REVOKED: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "REVOKED_CRL": (
        _("“%(name)s” was revoked by “%(issuer)s” on %(date)s, says its revocation list (%(reason)s)."),
        _("Replace the certificate at once, and find out why it was revoked."),
    ),
    "REVOKED_OCSP": (
        _("“%(name)s” was revoked by “%(issuer)s” on %(date)s, says its OCSP service (%(reason)s)."),
        _("Replace the certificate at once, and find out why it was revoked."),
    ),
    "MUST_STAPLE_MISSING": (
        _("“%(name)s” demands that the server brings an OCSP answer along, and the server brought none."),
        _("Turn on OCSP stapling at the server."),
    ),
}

LISTS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "CRL_MISSING": (
        _("No revocation list of “%(issuer)s” has been received yet."),
        _(
            "Check “CRL distribution URL” of its trusted certificate and download the list there. "
            "“Bypass CRL verification if CRL is not received” lets connections go on without one."
        ),
    ),
    "CRL_EXPIRED": (
        _("The revocation list of “%(issuer)s” has been out of date since %(date)s."),
        _(
            "See in the trusted certificate why no newer list was received. "
            "“Ignore that CRL is not yet valid or has expired” lets an old list count."
        ),
    ),
    "CRL_NOT_YET_VALID": (
        _("The revocation list of “%(issuer)s” is valid only from %(date)s."),
        _(
            "Check the clock of this node. “Ignore that CRL is not yet valid or has expired” of the "
            "trusted certificate lets the list count."
        ),
    ),
    "CRL_WITHOUT_END": (
        _("The revocation list of “%(issuer)s” does not say how long it is valid."),
        _(
            "Ask the administrator of the authority for a list with a next update. "
            "“Ignore that CRL is not yet valid or has expired” lets the list count."
        ),
    ),
    "CRL_BAD_SIGNATURE": (
        _(
            "The signature on the revocation list of “%(issuer)s” is wrong: it is damaged, forged, or of "
            "another key."
        ),
        _CRL_URL,
    ),
    "CRL_WEAK_SIGNATURE": (
        _("The revocation list of “%(issuer)s” is signed with %(digest)s, which is broken."),
        _("Ask the administrator of the authority to sign its lists with SHA-256."),
    ),
    "CRL_WRONG_ISSUER": (
        _("The revocation list is of “%(found)s”, not of “%(issuer)s”."),
        _CRL_URL,
    ),
    "CRL_SIGNER_NOT_AUTHORIZED": (
        _("The certificate of “%(issuer)s” does not allow it to sign revocation lists (%(detail)s)."),
        _("Ask the administrator of the authority for a certificate with cRLSign, and import that."),
    ),
    "CRL_WRONG_SCOPE": (
        _(
            "The revocation list of “%(issuer)s” does not speak of this certificate: it is only a part "
            "(%(detail)s)."
        ),
        _("Enter the address of the complete list as “CRL distribution URL” of the trusted certificate."),
    ),
    "CRL_DELTA": (
        _("The file is a delta, which holds only the latest changes of the revocation list of “%(issuer)s”."),
        _("Enter the address of the complete list as “CRL distribution URL” of the trusted certificate."),
    ),
    "CRL_BAD_NUMBER": (
        _("The number of the revocation list of “%(issuer)s” is not as RFC 5280 demands (%(detail)s)."),
        _CA_ADMIN,
    ),
    "CRL_NUMBER_BACK": (
        _(
            "The list that was received has number %(number)s, and number %(held)s is held already: an "
            "older one is not taken."
        ),
        _RESTARTED,
    ),
    "CRL_OLDER": (
        _(
            "The list that was received was issued on %(date)s, before the one that is held already: "
            "it is not taken."
        ),
        _RESTARTED,
    ),
    "CRL_UNKNOWN_CRITICAL_EXT": (
        _("The revocation list of “%(issuer)s” holds what has to be understood and is not (%(detail)s)."),
        _CA_ADMIN,
    ),
    "CRL_UNREADABLE": (
        _("What was received as the revocation list of “%(issuer)s” cannot be read: %(detail)s."),
        _CRL_URL,
    ),
}

ANSWERS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "OCSP_UNKNOWN": (
        _("The OCSP service %(url)s does not know “%(name)s”."),
        _(
            "Ask the administrator of the authority. “Reject the request if OCSP returns UNKNOWN status” "
            "of its trusted certificate decides whether the connection goes on."
        ),
    ),
    "OCSP_UNREACHABLE": (
        _("The OCSP service %(url)s gave no answer. %(why)s"),
        _RESPONDER,
    ),
    "OCSP_NO_ADDRESS": (
        _("No address of an OCSP service is known for “%(name)s”."),
        _(
            "Enter a primary server URL in OCSP client profiles, or let the profile use the OCSP URLs "
            "specified in the certificate."
        ),
    ),
    "OCSP_OUT_OF_TIME": (
        _("No time was left to ask the OCSP service %(url)s."),
        _("Raise the timeout of the connection, or lower that of the profile in OCSP client profiles."),
    ),
    "OCSP_STALE": (
        _("The answer of the OCSP service %(url)s is out of date (%(detail)s)."),
        _("Check the clocks of this node and of the responder, and ask the administrator of the responder."),
    ),
    "OCSP_BAD_SIGNATURE": (
        _(
            "The answer of the OCSP service %(url)s is not signed by the key of “%(signer)s”: it is "
            "damaged or forged."
        ),
        _RESPONDER,
    ),
    "OCSP_SIGNER_NOT_AUTHORIZED": (
        _(
            "The answer of the OCSP service %(url)s is signed by “%(signer)s”, which may not speak for "
            "“%(issuer)s” (%(detail)s)."
        ),
        _(
            "The responder needs a certificate that the authority itself issued for OCSP signing, that is in "
            "date and that is not revoked."
        ),
    ),
    "OCSP_SIGNER_WEAK": (
        _(
            "The answer of the OCSP service %(url)s rests on a weak signature or key of “%(signer)s” "
            "(%(detail)s)."
        ),
        _(
            "Ask the administrator of the responder for a certificate and answers with SHA-256 and a "
            "longer key."
        ),
    ),
    "OCSP_NONCE_MISMATCH": (
        _(
            "The answer of the OCSP service %(url)s is to another question: its nonce is not the one that "
            "was sent."
        ),
        _(
            "Somebody may replay old answers. If the responder cannot do better, turn off “Enable nonce "
            "extension support” in OCSP client profiles."
        ),
    ),
    "OCSP_NONCE_MISSING": (
        _("The OCSP service answers without the nonce that was sent, so that old answers could be replayed."),
        _(
            "Let the responder support the nonce, or turn off “Enable nonce extension support” in OCSP "
            "client profiles."
        ),
    ),
    "OCSP_NOT_FOR_THIS_CERT": (
        _("The answer of the OCSP service %(url)s is about another certificate (serial number %(serial)s)."),
        _RESPONDER,
    ),
    "OCSP_RESPONDER_ERROR": (
        _("The OCSP service %(url)s refuses to answer (%(status)s)."),
        _(
            "Test again later; if it stays so, ask the administrator of the responder. UNAUTHORIZED often "
            "means that it does not serve this authority."
        ),
    ),
    "OCSP_MALFORMED": (
        _("What the OCSP service %(url)s sent is no answer: %(detail)s."),
        _RESPONDER,
    ),
}

REVOCATION: Final = {**REVOKED, **LISTS, **ANSWERS, **FETCHING}
